// SPDX-License-Identifier: Apache-2.0
// The moderators' records of a room that outlive its sessions: settings and bans. Inside Store::transact() only.
#pragma once

#include "core/house/store/store.h"

namespace parlour::house {

struct LinkBan {
    base::InvitationId invitation;
    std::optional<base::WallTime> until;  ///< absent = for good
};

/// Somebody with power in a room, there or not.
struct NamedPower {
    base::Identity identity;
    std::string name;
    api::Power power = api::Power::none;
};

class DeskStore {
  public:
    explicit DeskStore(Store& store) : m_store(store) {}

    RoomSettings settings(const base::RoomId& room);  ///< the defaults where none were made
    void saveSettings(const base::RoomId& room, const RoomSettings& settings);
    /// The newest change of settings since then, from the audit log: who and when.
    std::optional<AuditRow> lastChange(const base::RoomId& room, base::WallTime since);

    std::vector<NamedPower> powers(const base::RoomId& room);

    void banLink(const base::RoomId& room, const base::InvitationId& link, std::optional<base::WallTime> until, base::WallTime at);
    std::vector<BanRow> bans(const base::RoomId& room, base::WallTime now);       ///< running ones, newest first
    std::vector<LinkBan> linkBans(const base::RoomId& room, base::WallTime now);  ///< running ones, newest first
    /// False when there was none.
    bool unban(const base::RoomId& room, const base::Identity& who);
    bool unbanLink(const base::RoomId& room, const base::InvitationId& link);

  private:
    Store& m_store;
};

}  // namespace parlour::house
