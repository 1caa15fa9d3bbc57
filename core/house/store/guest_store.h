// SPDX-License-Identifier: Apache-2.0
// Invitations of guests on terms: where each stands, every version of its terms, the thread, the signatures. Its three links
// are ordinary invitations (InvitationRow::object). Over a Store, inside transact() only; house thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/api/guest_terms.h"
#include "core/house/guest_terms.h"
#include "core/house/store/store.h"

namespace parlour::house {

struct GuestRow {
    std::string id;                        ///< 12 characters, as an invitation's
    std::string name;                      ///< of the guest; cleaned
    base::Identity host;                   ///< empty = the administrator
    GuestState state = GuestState::draft;
    int version = 1;                       ///< the newest of the terms
    std::string codeHash;                  ///< of the claim code; house::codeHash()
    std::string seatKey;                   ///< base64url; empty = nobody took the seat
    std::string seatBound;                 ///< link | code; empty without a key
    bool delegateWithdrawn = false;
    base::WallTime created{};
    base::WallTime changed{};
    std::optional<base::WallTime> expires;
    std::optional<base::WallTime> talk;    ///< when it takes place
    std::optional<base::WallTime> agreed;  ///< when the second side signed the newest version
    base::RoomId room;
    base::RoomId greenRoom;                ///< where guest, delegate and host hear each other before; made with `room`
    bool guestReady = false;
    bool hostReady = false;
};

struct GuestVersionRow {
    int version = 1;
    api::Party by = api::Party::host;
    api::Terms terms;
    base::WallTime at{};
};

struct GuestMessageRow {
    int n = 0;                             ///< per guest, from 1
    api::Party by = api::Party::host;
    std::string name;
    std::string act;
    int version = 0;
    std::string text;
    base::WallTime at{};
};

class GuestStore {
  public:
    explicit GuestStore(Store& store) : m_store(store) {}

    void add(const GuestRow& row, const api::Terms& terms);
    std::optional<GuestRow> find(const std::string& id);
    /// All fields but id, name, host and created.
    void put(const GuestRow& row);
    /// Of one host or (empty) of everybody; the last changed first.
    std::vector<GuestRow> list(const base::Identity& host, int limit);
    /// Whose talk is in this room.
    std::optional<GuestRow> ofRoom(const base::RoomId& room);
    std::optional<GuestRow> ofGreenRoom(const base::RoomId& room);
    int count(const base::Identity& host);   ///< that are not over
    /// The guest's and the public link lead into `room` from now on, the delegate's into `greenRoom`.
    void setRoomOfLinks(const std::string& guest, const base::RoomId& room, const base::RoomId& greenRoom);

    void addVersion(const std::string& guest, const GuestVersionRow& row);
    std::vector<GuestVersionRow> versions(const std::string& guest);
    std::optional<GuestVersionRow> version(const std::string& guest, int version);

    /// Numbers it.
    void addMessage(const std::string& guest, GuestMessageRow row);
    std::vector<GuestMessageRow> messages(const std::string& guest);
    int countMessages(const std::string& guest);

    /// One per side and version; the same side again replaces its own.
    void sign(const std::string& guest, int version, const api::TermsSignature& signature);
    void unsign(const std::string& guest, int version, const std::string& key);
    /// Of one version, the host's first; bound is "compared" where the key was compared since.
    std::vector<api::TermsSignature> signatures(const std::string& guest, int version);

    void setCompared(const std::string& guest, const std::string& key, const base::Identity& by, base::WallTime at);
    bool compared(const std::string& guest, const std::string& key);

  private:
    Store& m_store;
};

}  // namespace parlour::house
