"""What was agreed and paid on site before there were books enters them: what was agreed is owed, what was paid is paid.
Each deal's payments are for what was agreed in it, the earliest first; the rest is an advance."""

from django.db import migrations

OWED = """
insert into money_invoice (
    client_id, deal_id, origin, issued_on, due_on, amount, vat, open_amount, lines, purpose, payee, is_called_off, reason, version)
select d.client_id, d.id, 'site', agreed.day, agreed.day, agreed.amount, 0, agreed.amount, '[]', '', '{}', false, '', 1
from (
    select v.deal_id, sum(round(w.quantity * w.price, 2)) as amount, min(w.consent_at)::date as day
    from site_work_extrawork w join visits_visit v on v.id = w.visit_id
    where w.consent <> '' and w.removed_at is null group by v.deal_id
) agreed join deals_deal d on d.id = agreed.deal_id
where not exists (select from money_invoice i where i.deal_id = d.id and i.origin = 'site');
"""
# A correction that took away is a refund of the payment that it corrects, as far as it reaches.
PAID = """
insert into money_payment (
    client_id, deal_id, amount, free_amount, paid_on, origin, outside_id, document, purpose, by_id, at)
select d.client_id, d.id, p.amount, p.amount, p.at::date, 'site', p.id::text, p.receipt, '', p.by_id, p.at
from site_work_payment p join deals_deal d on d.id = p.deal_id
where not exists (select from money_payment m where m.origin = 'site' and m.outside_id = p.id::text)
order by p.at, p.id;

update money_payment m set corrects_id = first.id, purpose = p.note
from site_work_payment p join money_payment first on first.origin = 'site' and first.outside_id = p.corrects_id::text
where m.origin = 'site' and m.outside_id = p.id::text and m.corrects_id is null;
"""
# In order: what was corrected away first, then what was agreed.
MATCHED = """
do $$
declare
    minus record;
    plus record;
    owed record;
    part numeric;
    left_over numeric;
begin
    for minus in select * from money_payment where origin = 'site' and amount < 0 and free_amount < 0 order by id loop
        left_over := -minus.free_amount;
        for plus in
            select * from money_payment
            where origin = 'site' and free_amount > 0 and (id = minus.corrects_id or corrects_id = minus.corrects_id)
            order by id desc
        loop
            part := least(left_over, plus.free_amount);
            continue when part <= 0;
            insert into money_part (payment_id, refund_id, amount) values (plus.id, minus.id, part);
            update money_payment set free_amount = free_amount - part where id = plus.id;
            update money_payment set free_amount = free_amount + part where id = minus.id;
            left_over := left_over - part;
        end loop;
    end loop;
    for owed in select * from money_invoice where origin = 'site' and open_amount > 0 order by id loop
        left_over := owed.open_amount;
        for plus in
            select * from money_payment
            where origin = 'site' and deal_id = owed.deal_id and free_amount > 0 order by paid_on, id
        loop
            part := least(left_over, plus.free_amount);
            continue when part <= 0;
            insert into money_part (payment_id, invoice_id, amount) values (plus.id, owed.id, part);
            update money_payment set free_amount = free_amount - part where id = plus.id;
            update money_invoice set open_amount = open_amount - part where id = owed.id;
            left_over := left_over - part;
        end loop;
    end loop;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("site_work", "0002_a_client_may_sign_for_extra_work"),
        ("money", "0003_the_database_keeps_the_sums"),
    ]

    operations = [migrations.RunSQL(OWED + PAID + MATCHED, migrations.RunSQL.noop)]
