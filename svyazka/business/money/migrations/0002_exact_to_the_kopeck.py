import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0011_contacts_in_other_networks"),
        ("deals", "0014_missed_calls_are_returned"),
        ("money", "0001_what_clients_owe_and_pay"),
        ("staff", "0008_keys_of_programs"),
    ]

    operations = [
        migrations.CreateModel(
            name="Payee",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("name", models.CharField(blank=True, max_length=160)),
                ("inn", models.CharField(blank=True, max_length=12)),
                ("kpp", models.CharField(blank=True, max_length=9)),
                ("bank", models.CharField(blank=True, max_length=160)),
                ("bik", models.CharField(blank=True, max_length=9)),
                ("account", models.CharField(blank=True, max_length=20)),
                ("bank_account", models.CharField(blank=True, max_length=20)),
                ("address", models.CharField(blank=True, max_length=300)),
                ("head", models.CharField(blank=True, max_length=120)),
                ("accountant", models.CharField(blank=True, max_length=120)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="part",
            name="part_is_some",
        ),
        migrations.AddField(
            model_name="books",
            name="days_to_pay",
            field=models.PositiveSmallIntegerField(db_default=5, default=5),
        ),
        migrations.AddField(
            model_name="invoice",
            name="called_off_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="invoice",
            name="payee",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="invoice",
            name="reason",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name="part",
            name="refund",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="taken", to="money.payment"
            ),
        ),
        migrations.AlterField(
            model_name="part",
            name="invoice",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="parts", to="money.invoice"
            ),
        ),
        migrations.AlterField(
            model_name="part",
            name="payment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="parts", to="money.payment"
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.UniqueConstraint(
                django.db.models.functions.datetime.ExtractYear("issued_on"),
                models.F("number"),
                name="invoice_number_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("number", None), ("origin", "site")),
                    models.Q(("number__isnull", False), ("origin", "office")),
                    _connector="OR",
                ),
                name="invoice_has_its_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("called_off_on", None), ("is_called_off", False)),
                    models.Q(("called_off_on__isnull", False), ("is_called_off", True), ("open_amount", 0)),
                    _connector="OR",
                ),
                name="invoice_called_off_owes_nothing",
            ),
        ),
        migrations.AddConstraint(
            model_name="part",
            constraint=models.UniqueConstraint(fields=("payment", "refund"), name="part_went_back_once"),
        ),
        migrations.AddConstraint(
            model_name="part",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="part_is_more_than_nothing"),
        ),
        migrations.AddConstraint(
            model_name="part",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("invoice", None), ("refund__isnull", False)),
                    models.Q(("invoice__isnull", False), ("refund", None)),
                    _connector="OR",
                ),
                name="part_is_for_one_thing",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount__gt", 0), ("free_amount__gte", 0), ("free_amount__lte", models.F("amount"))),
                    models.Q(("amount__lt", 0), ("free_amount__gte", models.F("amount")), ("free_amount__lte", 0)),
                    _connector="OR",
                ),
                name="money_free_of_amount",
            ),
        ),
    ]
