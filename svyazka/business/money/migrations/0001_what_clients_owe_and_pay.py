from decimal import Decimal

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("clients", "0011_contacts_in_other_networks"),
        ("deals", "0014_missed_calls_are_returned"),
        ("staff", "0008_keys_of_programs"),
    ]

    operations = [
        migrations.CreateModel(
            name="Books",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("closed_until", models.DateField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Invoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "origin",
                    models.CharField(
                        choices=[("office", "invoice"), ("site", "agreed on site")], default="office", max_length=6
                    ),
                ),
                ("number", models.PositiveIntegerField(null=True)),
                ("issued_on", models.DateField()),
                ("due_on", models.DateField()),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("vat", models.DecimalField(decimal_places=2, default=Decimal("0"), max_digits=14)),
                ("open_amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("lines", models.JSONField(default=list)),
                ("purpose", models.CharField(blank=True, max_length=300)),
                ("is_called_off", models.BooleanField(default=False)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.person",
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invoices",
                        to="clients.client",
                    ),
                ),
                (
                    "deal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="invoices", to="deals.deal"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("paid_on", models.DateField()),
                (
                    "origin",
                    models.CharField(
                        choices=[
                            ("hand", "entered by hand"),
                            ("bank", "bank statement"),
                            ("online", "paid online"),
                            ("site", "taken on site"),
                        ],
                        max_length=6,
                    ),
                ),
                ("outside_id", models.CharField(blank=True, max_length=120)),
                ("document", models.CharField(blank=True, max_length=40)),
                ("purpose", models.CharField(blank=True, max_length=500)),
                ("free_amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.person",
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="clients.client",
                    ),
                ),
                (
                    "corrects",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="money.payment",
                    ),
                ),
                (
                    "deal",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="money", to="deals.deal"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Part",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="parts", to="money.invoice"
                    ),
                ),
                (
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="parts", to="money.payment"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(
                condition=models.Q(("open_amount__gt", 0)), fields=["client", "due_on"], name="invoice_owed"
            ),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(condition=models.Q(("open_amount__gt", 0)), fields=["due_on"], name="invoice_due"),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(fields=["client", "-issued_on"], name="invoice_of_client"),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(fields=["-issued_on", "-id"], name="invoice_recent"),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gte", 0), ("open_amount__gte", 0)), name="invoice_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(("open_amount__lte", models.F("amount"))), name="invoice_open_of_amount"
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("origin", "site")), fields=("deal",), name="invoice_of_site_once"
            ),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(fields=["client", "-paid_on"], name="money_of_client"),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(fields=["-paid_on", "-id"], name="money_recent"),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(
                condition=models.Q(("free_amount", 0), _negated=True), fields=["client"], name="money_free"
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(condition=models.Q(("amount", 0), _negated=True), name="money_is_some"),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("outside_id", ""), _negated=True),
                fields=("origin", "outside_id"),
                name="money_entered_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="part",
            constraint=models.UniqueConstraint(fields=("payment", "invoice"), name="part_once"),
        ),
        migrations.AddConstraint(
            model_name="part",
            constraint=models.CheckConstraint(condition=models.Q(("amount", 0), _negated=True), name="part_is_some"),
        ),
    ]
