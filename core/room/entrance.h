// SPDX-License-Identifier: Apache-2.0
// How one gets into a room, and back in when the newest token does not open the door any more: by a house (link or a place
// one has there), or by the address of a LiveKit server and a token. The rest of the session is the same for both.
// Every answer comes on the net thread, once, never from inside the call; dropping the entrance drops what is still open.
// Thread: net.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/socket_address.h"
#include "core/room/house_client.h"
#include "core/room/signal_connection.h"
#include "core/signal/invite_link.h"

namespace parlour::room {

/// A LiveKit server and the right to be in one of its rooms.
struct ServerAddress {
    std::string url;    ///< ws[s]:// or http[s]://host[:port][/path]
    std::string token;  ///< secret
};
/// The address as it is dialled, or what is wrong with it: an unencrypted one that is not on this computer, a token that is none.
base::Result<ServerAddress> checkServerAddress(const ServerAddress& given);

class Entrance {
  public:
    using Answer = std::function<void(base::Result<api::JoinGrant>)>;
    virtual ~Entrance() = default;

    /// The first time. May be asked again after an error; what is done stays done.
    virtual void arrive(Answer answer) = 0;
    /// Another token for this room.
    virtual void renew(const base::RoomId& room, Answer answer) = 0;
    /// What renew() gives is new; where not, a refused token is the end.
    virtual bool renews() const = 0;
    /// The server has sent a newer token.
    virtual void refreshed(const std::string& token) = 0;
    /// The sentence for a connection that the server refused.
    virtual base::Error refusal(const SignalEnd& end) const = 0;
    /// Null: no house stands behind this server.
    virtual HouseClient* house() = 0;
    /// The certificate that `url` has to show; empty = whatever the authorities vouch for. A house's pin is the house's alone:
    /// the server that carries its sound may be another one.
    virtual std::string pinFor(const std::string& url) const = 0;
    /// arrive() has led a guest into the green room: the stage comes later.
    virtual bool awaitsShow() const { return false; }
    /// Of this computer, from which the server may be reached.
    virtual std::vector<base::IpAddress> addresses() const = 0;
};

std::unique_ptr<Entrance> byLink(net::EventLoop& loop, PersonKeys& keys, const signal::InviteLink& link, std::string name);
std::unique_ptr<Entrance> byPlace(net::EventLoop& loop, PersonKeys& keys, const HouseAddress& house, const base::RoomId& room,
                                  std::string name);
/// The address has passed checkServerAddress().
std::unique_ptr<Entrance> byToken(net::EventLoop& loop, ServerAddress server);

}  // namespace parlour::room
