// SPDX-License-Identifier: Apache-2.0
#include "core/house/store/migrations.h"

namespace parlour::house {

const std::string_view kRoomsSchema = R"sql(
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE rooms (id TEXT PRIMARY KEY, title TEXT NOT NULL, created_ms BIGINT NOT NULL, ended_ms BIGINT);
CREATE TABLE persons (identity TEXT PRIMARY KEY, public_key TEXT NOT NULL, name TEXT NOT NULL, created_ms BIGINT NOT NULL);
CREATE TABLE invitations (id TEXT PRIMARY KEY, room TEXT NOT NULL REFERENCES rooms(id), kind TEXT NOT NULL,
  secret_hash TEXT NOT NULL, max_uses INTEGER, used INTEGER NOT NULL, not_before_ms BIGINT, expires_ms BIGINT,
  revoked_ms BIGINT, issuer TEXT NOT NULL, parent TEXT NOT NULL, created_ms BIGINT NOT NULL,
  CHECK (max_uses IS NULL OR used <= max_uses));
CREATE INDEX invitations_by_room ON invitations(room);
CREATE INDEX invitations_by_parent ON invitations(parent);
CREATE TABLE members (room TEXT NOT NULL REFERENCES rooms(id), identity TEXT NOT NULL REFERENCES persons(identity),
  role TEXT NOT NULL, power TEXT NOT NULL, epoch BIGINT NOT NULL, invitation TEXT NOT NULL, joined_ms BIGINT NOT NULL,
  active INTEGER NOT NULL, PRIMARY KEY (room, identity));
CREATE INDEX members_by_identity ON members(identity);
CREATE INDEX members_by_invitation ON members(invitation);
CREATE TABLE redeems (invitation TEXT NOT NULL REFERENCES invitations(id), identity TEXT NOT NULL, at_ms BIGINT NOT NULL,
  PRIMARY KEY (invitation, identity));
CREATE TABLE bans (room TEXT NOT NULL REFERENCES rooms(id), identity TEXT NOT NULL, until_ms BIGINT, at_ms BIGINT NOT NULL,
  PRIMARY KEY (room, identity));
CREATE TABLE spent_tokens (jti TEXT PRIMARY KEY, expires_ms BIGINT NOT NULL);
CREATE TABLE sessions (room TEXT PRIMARY KEY REFERENCES rooms(id), live INTEGER NOT NULL, sid TEXT NOT NULL,
  version BIGINT NOT NULL, started_ms BIGINT NOT NULL, hands_locked INTEGER NOT NULL, ever_present INTEGER NOT NULL,
  had_host INTEGER NOT NULL, host TEXT NOT NULL, on_turn TEXT NOT NULL, listener_lock INTEGER NOT NULL,
  next_order BIGINT NOT NULL, next_key BIGINT NOT NULL, front_key BIGINT NOT NULL);
CREATE TABLE seats (room TEXT NOT NULL REFERENCES rooms(id), identity TEXT NOT NULL, name TEXT NOT NULL, role TEXT NOT NULL,
  power TEXT NOT NULL, seat TEXT NOT NULL, held INTEGER NOT NULL, muted_by TEXT NOT NULL, hand_key TEXT NOT NULL,
  hand_note TEXT NOT NULL, hand_ms BIGINT NOT NULL, hand_missed INTEGER NOT NULL, offer_until_ms BIGINT NOT NULL,
  offer_by TEXT NOT NULL, offer_on_turn INTEGER NOT NULL, stage_order BIGINT NOT NULL, power_order BIGINT NOT NULL,
  PRIMARY KEY (room, identity));
CREATE TABLE marks (room TEXT NOT NULL REFERENCES rooms(id), identity TEXT NOT NULL, mark TEXT NOT NULL,
  PRIMARY KEY (room, identity));
CREATE TABLE audit (at_ms BIGINT NOT NULL, room TEXT NOT NULL, actor TEXT NOT NULL, verb TEXT NOT NULL,
  target TEXT NOT NULL, detail TEXT NOT NULL);
CREATE INDEX audit_by_room ON audit(room, at_ms);
)sql";

}  // namespace parlour::house
