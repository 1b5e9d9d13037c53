from __future__ import annotations

from django.urls import path

from svyazka.workplaces.operator import (
    client_data,
    client_erasure,
    clients,
    consents,
    floor,
    merges,
    merging,
    queue,
    requests,
    search,
)

urlpatterns = [
    path("queue/", queue.queue, name="queue"),
    path("queue/<int:interaction_id>/taking/", queue.taking, name="queue_taking"),
    path("queue/<int:interaction_id>/return/", queue.returning, name="queue_return"),
    path("floor/mine/", floor.mine, name="floor_mine"),
    path("floor/mine/state/", floor.state, name="floor_state"),
    path("requests/new/", requests.request_new, name="request_new"),
    path("requests/known/", requests.request_known, name="request_known"),
    path("search/", search.search, name="search"),
    path("search/all/", search.search_all, name="search_all"),
    path("clients/", clients.clients, name="clients"),
    path("clients/<int:client_id>/", clients.client, name="client"),
    path("clients/<int:client_id>/history/", clients.client_history, name="client_history"),
    path("clients/<int:client_id>/edit/", clients.client_edit, name="client_edit"),
    path("clients/<int:client_id>/contacts/", clients.client_contacts, name="client_contacts"),
    path("clients/<int:client_id>/chat-links/", clients.client_chat_links, name="client_chat_links"),
    path("clients/<int:client_id>/contacts/<int:point_id>/removal/", clients.contact_removal, name="contact_removal"),
    path("clients/<int:client_id>/notes/", clients.client_notes, name="client_notes"),
    path("clients/<int:client_id>/consents/", consents.client_consents, name="client_consents"),
    path("clients/<int:client_id>/consents/<slug:kind>/withdrawal/", consents.withdrawal, name="consent_withdrawal"),
    path("clients/<int:client_id>/data/", client_data.data, name="client_data"),
    path("clients/<int:client_id>/erasure/", client_erasure.erasure, name="client_erasure"),
    path("clients/<int:client_id>/data/<int:file_id>/", client_data.data_file, name="client_data_file"),
    path("clients/<int:client_id>/merging/", merging.merging, name="client_merging"),
    path("clients/<int:client_id>/apart/", merging.client_apart, name="client_apart"),
    path("merges/", merges.merges, name="merges"),
    path("merges/<int:merge_id>/", merges.merge_page, name="merge"),
    path("merges/<int:merge_id>/undoing/", merges.merge_undoing, name="merge_undoing"),
    path("merges/<int:merge_id>/giving/", merges.merge_giving, name="merge_giving"),
]
