// SPDX-License-Identifier: Apache-2.0
// The house API from a person's side: proves who one is, redeems, asks, commands. Every answer comes on the net thread,
// exactly once, never from inside the call; dropping the client drops what is still open.
// Errors are those of the house (api::fromBody) or of the way there (net); "house_changed" (untrusted) when the key that
// answers is not the one of this house, "origin_mismatch" when the house does not know the address that was dialled.
// Thread: net.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/api/house_json.h"
#include "core/base/doors/clock.h"
#include "core/base/error.h"
#include "core/net/event_loop.h"
#include "core/room/person_keys.h"
#include "core/signal/invite_link.h"

namespace parlour::room {

/// How to find a house again. The pin replaces the ordinary certificate check when it is not empty.
struct HouseAddress {
    signal::Origin origin;
    std::string pin;
};

class HouseClient {
  public:
    template <class T>
    using Answer = std::function<void(base::Result<T>)>;

    HouseClient(net::EventLoop& loop, PersonKeys& keys, HouseAddress address);
    ~HouseClient();

    const HouseAddress& address() const;
    /// Known after the first challenge.
    const base::HouseId& house() const;
    const std::string& houseName() const;
    /// A bearer session is there.
    bool signedIn() const;

    void preview(const base::InvitationId& id, const std::string& secret, Answer<api::Preview> answer);
    void redeem(const base::InvitationId& id, const std::string& secret, const std::string& name, Answer<api::Redeemed> answer);
    /// The same with the code that came another way.
    void redeem(const base::InvitationId& id, const std::string& secret, const std::string& name, const std::string& code,
                Answer<api::Redeemed> answer);
    void login(Answer<api::LoginAnswer> answer);
    // These log in by themselves when the session has ended.
    void rooms(Answer<api::RoomList> answer);
    void token(const base::RoomId& room, const api::TokenRequest& request, Answer<api::JoinGrant> answer);
    void stage(const base::RoomId& room, const api::StageCommand& command, Answer<api::StageAnswer> answer);
    void hands(const base::RoomId& room, Answer<api::Hands> answer);
    void leave(const base::RoomId& room, Answer<api::Nothing> answer);
    void createInvitation(const base::RoomId& room, const api::InvitationWish& wish, Answer<api::InvitationMade> answer);

    /// A text as it stands in a path or query (RFC 3986, section 2.1).
    static std::string escaped(std::string_view text);
    /// Any other request of the house ("/members"): signs in by itself unless `open`.
    template <class Out>
    void get(const std::string& path, Answer<Out> answer, bool open = false) {
        request(path, {}, open, parsed<Out>(std::move(answer)));
    }
    template <class In, class Out>
    void post(const std::string& path, const In& in, Answer<Out> answer, bool open = false) {
        request(path, api::toJson(in), open, parsed<Out>(std::move(answer)));
    }
    /// An answer that is no JSON, or JSON as it came; an empty body is a GET.
    void request(const std::string& path, const std::string& body, bool open, Answer<std::string> answer);
    /// A signature for a purpose of its own (redeeming, claiming a seat, signing terms).
    void prove(const std::string& purpose, Answer<api::Proof> answer);

  private:
    template <class Out>
    static Answer<std::string> parsed(Answer<Out> answer) {
        return [answer = std::move(answer)](base::Result<std::string> text) {
            if (!text) return answer(base::Unexpected<base::Error>(std::move(text).error()));
            answer(api::fromJson<Out>(*text));
        };
    }
    struct Impl;
    std::shared_ptr<Impl> m_impl;
};

}  // namespace parlour::room
