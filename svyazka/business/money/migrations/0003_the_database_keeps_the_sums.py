from django.db import migrations

# At the end of each transaction, whatever the verbs did: parts and free rest are the payment, parts and open sum are
# the invoice.
SUMS = """
create function money_sums_of_payment(its bigint) returns void language plpgsql as $$
declare wrong boolean;
begin
    select p.amount <> p.free_amount
        + coalesce((select sum(amount) from money_part where payment_id = p.id), 0)
        - coalesce((select sum(amount) from money_part where refund_id = p.id), 0)
    into wrong from money_payment p where p.id = its;
    if wrong then
        raise exception 'payment % is not its parts and its free rest', its using errcode = 'check_violation';
    end if;
end $$;

create function money_sums_of_invoice(its bigint) returns void language plpgsql as $$
declare wrong boolean;
begin
    select (case when i.is_called_off then 0 else i.amount end) <> i.open_amount
        + coalesce((select sum(amount) from money_part where invoice_id = i.id), 0)
    into wrong from money_invoice i where i.id = its;
    if wrong then
        raise exception 'invoice % is not its parts and its open sum', its using errcode = 'check_violation';
    end if;
end $$;

create function money_check_part() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' then
        perform money_sums_of_payment(old.payment_id), money_sums_of_payment(old.refund_id),
            money_sums_of_invoice(old.invoice_id);
    end if;
    if tg_op <> 'DELETE' then
        perform money_sums_of_payment(new.payment_id), money_sums_of_payment(new.refund_id),
            money_sums_of_invoice(new.invoice_id);
    end if;
    return null;
end $$;

create function money_check_payment() returns trigger language plpgsql as $$
begin perform money_sums_of_payment(new.id); return null; end $$;

create function money_check_invoice() returns trigger language plpgsql as $$
begin perform money_sums_of_invoice(new.id); return null; end $$;

create constraint trigger money_part_sums after insert or update or delete on money_part
    deferrable initially deferred for each row execute function money_check_part();
create constraint trigger money_payment_sums after insert or update of amount, free_amount on money_payment
    deferrable initially deferred for each row execute function money_check_payment();
create constraint trigger money_invoice_sums after insert or update of amount, open_amount, is_called_off on money_invoice
    deferrable initially deferred for each row execute function money_check_invoice();
"""
NO_SUMS = """
drop trigger money_part_sums on money_part;
drop trigger money_payment_sums on money_payment;
drop trigger money_invoice_sums on money_invoice;
drop function money_check_part();
drop function money_check_payment();
drop function money_check_invoice();
drop function money_sums_of_payment(bigint);
drop function money_sums_of_invoice(bigint);
"""

# Whoever enters something holds the row of the books for as long: a period is not closed meanwhile. What was agreed on
# site has no number and is no paper: it goes on following the work. Which payment is for what may be said at any time.
CLOSED = """
create function money_insist_open(day date) returns void language plpgsql as $$
declare until date;
begin
    select closed_until into until from money_books where id = 1 for share;
    if day <= until then
        raise exception 'the books are closed until %', until
            using errcode = 'check_violation', constraint = 'money_books_are_closed';
    end if;
end $$;

create function money_payment_in_open_books() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' then
        perform money_insist_open(old.paid_on);
    end if;
    if tg_op <> 'DELETE' then
        perform money_insist_open(new.paid_on);
        return new;
    end if;
    return old;
end $$;

create function money_invoice_in_open_books() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' and old.origin = 'office' then
        perform money_insist_open(old.issued_on);
    end if;
    if tg_op <> 'DELETE' then
        if new.origin = 'office' then
            perform money_insist_open(new.issued_on);
        end if;
        return new;
    end if;
    return old;
end $$;

create function money_call_off_in_open_books() returns trigger language plpgsql as $$
begin
    perform money_insist_open(coalesce(new.called_off_on, old.called_off_on));
    return new;
end $$;

create trigger money_payment_open before insert or delete or update of amount, paid_on, origin, corrects_id
    on money_payment for each row execute function money_payment_in_open_books();
create trigger money_invoice_open before insert or delete or update of number, issued_on, due_on, amount, vat, lines
    on money_invoice for each row execute function money_invoice_in_open_books();
create trigger money_call_off_open before update of is_called_off, called_off_on
    on money_invoice for each row execute function money_call_off_in_open_books();
"""
NOT_CLOSED = """
drop trigger money_payment_open on money_payment;
drop trigger money_invoice_open on money_invoice;
drop trigger money_call_off_open on money_invoice;
drop function money_payment_in_open_books();
drop function money_invoice_in_open_books();
drop function money_call_off_in_open_books();
drop function money_insist_open(date);
"""


class Migration(migrations.Migration):
    dependencies = [("money", "0002_exact_to_the_kopeck")]

    operations = [
        migrations.RunSQL("insert into money_books (id) values (1) on conflict do nothing", ""),
        migrations.RunSQL(SUMS, NO_SUMS),
        migrations.RunSQL(CLOSED, NOT_CLOSED),
    ]
