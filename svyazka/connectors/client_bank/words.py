"""The words of the format “1CClientBankExchange”: what a line is called, and what it is for us."""

from __future__ import annotations

HEAD = "1CClientBankExchange"
ACCOUNT_BEGINS, ACCOUNT_ENDS = "СекцияРасчСчет", "КонецРасчСчет"
DOCUMENT_BEGINS, DOCUMENT_ENDS = "СекцияДокумент", "КонецДокумента"
FILE_ENDS = "КонецФайла"
ACCOUNT = "РасчСчет"
FIRST_DAY, LAST_DAY = "ДатаНачала", "ДатаКонца"
OPENING, CAME_IN, WENT_OUT, CLOSING = "НачальныйОстаток", "ВсегоПоступило", "ВсегоСписано", "КонечныйОстаток"
NUMBER, DAY, AMOUNT = "Номер", "Дата", "Сумма"
CAME_ON, LEFT_ON = "ДатаПоступило", "ДатаСписано"
PURPOSE = "НазначениеПлатежа"
PURPOSES = (PURPOSE, *(f"{PURPOSE}{number}" for number in range(1, 7)))
PAYER, PAYEE = "Плательщик", "Получатель"
# Behind “Плательщик” and “Получатель”: the account at the party's bank, or else the one that the bank pays from.
PARTY_ACCOUNT, PARTY_OTHER_ACCOUNT, PARTY_TAX, PARTY_KPP = "Счет", "РасчСчет", "ИНН", "КПП"
TAX_BEFORE_NAME = "ИНН"
# What else stands in a document: nothing that we ask for, but it ends a purpose of several lines.
OTHERS = frozenset(
    {
        "КвитанцияДата", "КвитанцияВремя", "КвитанцияСодержание", "ВидПлатежа", "ВидОплаты", "Код", "КодНазПлатежа",
        "СтатусСоставителя", "ПоказательКБК", "ОКАТО", "ПоказательОснования", "ПоказательПериода", "ПоказательНомера",
        "ПоказательДаты", "ПоказательТипа", "СрокПлатежа", "Очередность", "СрокАкцепта", "ВидАккредитива",
        "УсловиеОплаты1", "УсловиеОплаты2", "УсловиеОплаты3", "ПлатежПоПредст", "ДополнУсловия", "НомерСчетаПоставщика",
        "ДатаОтсылкиДок", "УИП", "Валюта",
    }
)  # fmt: skip
_OF_PARTIES = ("", "1", "2", "3", "4", "ИНН", "КПП", "Счет", "РасчСчет", "Банк1", "Банк2", "БИК", "Корсчет")
DOCUMENT_KEYS = (
    frozenset({NUMBER, DAY, AMOUNT, CAME_ON, LEFT_ON, *PURPOSES})
    | {party + of for party in (PAYER, PAYEE) for of in _OF_PARTIES}
    | OTHERS
)
# By how many of these are found it is told in which alphabet a file is written.
TELLING = (DOCUMENT_BEGINS, ACCOUNT_BEGINS, DOCUMENT_ENDS, FILE_ENDS, "Кодировка=", PURPOSE, ACCOUNT)
