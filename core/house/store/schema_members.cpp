// SPDX-License-Identifier: Apache-2.0
#include "core/house/store/migrations.h"

namespace parlour::house {

// Invitations need not lead to a room any more, so the tables that say so are made anew; what refers to them goes with them.
const std::string_view kMembersSchema = R"sql(
CREATE TABLE invitations_2 (id TEXT PRIMARY KEY, room TEXT NOT NULL, kind TEXT NOT NULL, secret_hash TEXT NOT NULL,
  max_uses INTEGER, used INTEGER NOT NULL, not_before_ms BIGINT, expires_ms BIGINT, revoked_ms BIGINT, issuer TEXT NOT NULL,
  parent TEXT NOT NULL, created_ms BIGINT NOT NULL, object TEXT NOT NULL, for_name TEXT NOT NULL, for_key TEXT NOT NULL,
  code_hash TEXT NOT NULL, message TEXT NOT NULL, approval INTEGER NOT NULL, CHECK (max_uses IS NULL OR used <= max_uses));
INSERT INTO invitations_2 SELECT id, room, kind, secret_hash, max_uses, used, not_before_ms, expires_ms, revoked_ms, issuer,
  parent, created_ms, '', '', '', '', '', 0 FROM invitations;
CREATE TABLE redeems_2 (invitation TEXT NOT NULL REFERENCES invitations_2(id), identity TEXT NOT NULL, at_ms BIGINT NOT NULL,
  PRIMARY KEY (invitation, identity));
INSERT INTO redeems_2 SELECT invitation, identity, at_ms FROM redeems;
DROP TABLE redeems;
DROP TABLE invitations;
ALTER TABLE invitations_2 RENAME TO invitations;
ALTER TABLE redeems_2 RENAME TO redeems;
CREATE INDEX invitations_by_room ON invitations(room);
CREATE INDEX invitations_by_parent ON invitations(parent);
CREATE INDEX invitations_by_issuer ON invitations(issuer, created_ms, id);
CREATE INDEX invitations_by_time ON invitations(created_ms, id);
CREATE INDEX invitations_by_object ON invitations(object);
CREATE INDEX redeems_by_identity ON redeems(identity);
ALTER TABLE rooms ADD COLUMN for_members INTEGER NOT NULL DEFAULT 0;
CREATE TABLE house_members (identity TEXT PRIMARY KEY REFERENCES persons(identity), standing TEXT NOT NULL, handle TEXT NOT NULL,
  invited_by TEXT NOT NULL, invitation TEXT NOT NULL, joined_ms BIGINT NOT NULL, state TEXT NOT NULL, suspended_until_ms BIGINT,
  granted INTEGER NOT NULL, version BIGINT NOT NULL);
CREATE UNIQUE INDEX house_members_by_handle ON house_members(handle);
CREATE INDEX house_members_by_inviter ON house_members(invited_by, handle);
CREATE INDEX house_members_by_invitation ON house_members(invitation);
CREATE INDEX house_members_by_state ON house_members(state, handle);
CREATE TABLE name_parts (part TEXT NOT NULL, identity TEXT NOT NULL, PRIMARY KEY (part, identity));
CREATE INDEX name_parts_by_identity ON name_parts(identity);
CREATE TABLE earned (identity TEXT NOT NULL, at_ms BIGINT NOT NULL, sid TEXT NOT NULL, PRIMARY KEY (identity, sid));
CREATE TABLE applications (id TEXT PRIMARY KEY, identity TEXT NOT NULL, name TEXT NOT NULL, public_key TEXT NOT NULL,
  words TEXT NOT NULL, invitation TEXT NOT NULL, room TEXT NOT NULL, at_ms BIGINT NOT NULL, state TEXT NOT NULL,
  answered_by TEXT NOT NULL);
CREATE UNIQUE INDEX applications_by_person ON applications(identity, invitation);
CREATE INDEX applications_by_state ON applications(state, at_ms);
)sql";

}  // namespace parlour::house
