// SPDX-License-Identifier: Apache-2.0
#include "core/house/store/migrations.h"

namespace parlour::house {

// The three links are ordinary invitations whose object is the guest's id. Terms are kept as the JSON of api::Terms.
const std::string_view kGuestsSchema = R"sql(
CREATE TABLE guests (id TEXT PRIMARY KEY, name TEXT NOT NULL, host TEXT NOT NULL, state TEXT NOT NULL, version INTEGER NOT NULL,
  code_hash TEXT NOT NULL, seat_key TEXT NOT NULL, seat_bound TEXT NOT NULL, delegate_withdrawn INTEGER NOT NULL,
  created_ms BIGINT NOT NULL, changed_ms BIGINT NOT NULL, expires_ms BIGINT, talk_ms BIGINT, agreed_ms BIGINT, room TEXT NOT NULL,
  green_room TEXT NOT NULL, guest_ready INTEGER NOT NULL, host_ready INTEGER NOT NULL);
CREATE INDEX guests_by_host ON guests(host, changed_ms);
CREATE INDEX guests_by_change ON guests(changed_ms);
CREATE INDEX guests_by_room ON guests(room);
CREATE TABLE guest_versions (guest TEXT NOT NULL REFERENCES guests(id), version INTEGER NOT NULL, proposed_by TEXT NOT NULL,
  terms TEXT NOT NULL, at_ms BIGINT NOT NULL, PRIMARY KEY (guest, version));
CREATE TABLE guest_messages (guest TEXT NOT NULL REFERENCES guests(id), n INTEGER NOT NULL, party TEXT NOT NULL, name TEXT NOT NULL,
  act TEXT NOT NULL, version INTEGER NOT NULL, words TEXT NOT NULL, at_ms BIGINT NOT NULL, PRIMARY KEY (guest, n));
CREATE TABLE guest_signatures (guest TEXT NOT NULL REFERENCES guests(id), version INTEGER NOT NULL, side TEXT NOT NULL,
  party TEXT NOT NULL, signer_key TEXT NOT NULL, bound TEXT NOT NULL, signature TEXT NOT NULL, at_ms BIGINT NOT NULL,
  PRIMARY KEY (guest, version, side));
CREATE TABLE guest_compared (guest TEXT NOT NULL REFERENCES guests(id), signer_key TEXT NOT NULL, by_identity TEXT NOT NULL,
  at_ms BIGINT NOT NULL, PRIMARY KEY (guest, signer_key));
)sql";

}  // namespace parlour::house
