"""What the journal says of products, offers and money."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from svyazka.workplaces.shared.sentence import Sentence

# fmt: off
OF_MONEY: dict[str, Sentence] = {
    "catalogue.group_added": Sentence(_("Group of products added: {after}"), of="name"),
    "catalogue.group_changed": Sentence(_("Group of products changed")),
    "catalogue.group_removed": Sentence(_("Group of products removed: {before}"), of="name"),
    "catalogue.product_added": Sentence(_("Product added: {after}"), of="name"),
    "catalogue.product_changed": Sentence(_("Product changed")),
    "catalogue.product_removed": Sentence(_("Product removed: {before}"), of="name"),
    "catalogue.vat_changed": Sentence(_("Rates of VAT changed")),
    "offers.lines_changed": Sentence(_("Products and services of a deal changed: {before} → {after} ₽"), of="total"),
    "offers.rules_changed": Sentence(_("Rules for offers changed")),
    "offers.template_added": Sentence(_("Template of offers added: {after}"), of="name"),
    "offers.template_changed": Sentence(_("Template of offers changed")),
    "offers.template_removed": Sentence(_("Template of offers removed: {before}"), of="name"),
    "offers.made": Sentence(_("Offer made")),
    "offers.renewed": Sentence(_("A new version of an offer")),
    "offers.to_send": Sentence(_("An offer goes to the client")),
    "offers.sent": Sentence(_("Offer sent")),
    "offers.not_sent": Sentence(_("An offer could not be sent")),
    "offers.accepted": Sentence(_("Offer accepted")),
    "offers.declined": Sentence(_("Offer declined")),
    "offers.expired": Sentence(_("Offer expired")),
    "money.invoiced": Sentence(_("Invoice made out: {after} ₽"), of="amount"),
    "money.called_off": Sentence(_("Invoice called off: {before} ₽"), of="open_amount"),
    "money.settled": Sentence(_("Invoice paid whole")),
    "money.owed_changed": Sentence(_("Owed for work agreed on site: {before} → {after} ₽"), of="amount"),
    "money.paid": Sentence(_("Payment came in: {after} ₽"), of="amount"),
    "money.refunded": Sentence(_("Paid back to the client: {after} ₽"), of="amount"),
    "money.corrected": Sentence(_("A payment was put right: {before} → {after} ₽"), of="amount"),
    "money.allocated": Sentence(_("Of a payment for an invoice: {after} ₽"), of="amount"),
    "money.released": Sentence(_("Taken off an invoice: {after} ₽"), of="amount"),
    "money.closed": Sentence(_("Books closed until: {before} → {after}"), of="closed_until"),
    "money.books_changed": Sentence(_("Days to pay an invoice: {before} → {after}"), of="days_to_pay"),
    "money.payee_changed": Sentence(_("Details on invoices changed")),
    "money.exported": Sentence(_("A list of payments or debts left the house as a file")),
    "money.statement_taken": Sentence(_("Bank statement taken in: {after}"), of="name"),
    "money.statement_looked_through": Sentence(_("Bank statement looked through")),
    "money.statement_undoing": Sentence(_("Bank statement is undone: {before}"), of="name"),
    "money.statement_undone": Sentence(_("Bank statement undone")),
    "money.statement_rules": Sentence(_("Rules for bank statements changed")),
    "money.bank_document": Sentence(_("Decided on a payment of a bank statement")),
    "money.online_account": Sentence(_("Account for online payments changed")),
    "money.online_switched": Sentence(_("Online payments switched on or off")),
    "money.link_asked": Sentence(_("Payment link made: {after} ₽"), of="amount"),
    "money.link_sent": Sentence(_("Payment link sent to the client")),
    "money.link_letter": Sentence(_("Words with which payment links are sent changed")),
    "money.refund_asked": Sentence(_("A refund is asked for: {after} ₽"), of="amount"),
    "money.refund_stands": Sentence(_("A refund stands otherwise")),
    "money.link": Sentence(_("A payment link stands otherwise")),
}
# fmt: on
