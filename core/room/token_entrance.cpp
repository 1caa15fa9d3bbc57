// SPDX-License-Identifier: Apache-2.0
// In by the address of a LiveKit server and a token: nobody is asked, and there is nobody to ask for another token.
#include "core/net/interfaces.h"
#include "core/net/url.h"
#include "core/room/entrance.h"
#include "core/signal/access_token.h"

namespace parlour::room {
namespace {

constexpr std::size_t kMaxAddresses = 6;

class TokenEntrance final : public Entrance {
  public:
    TokenEntrance(net::EventLoop& loop, ServerAddress server) : m_loop(loop), m_server(std::move(server)) {}
    ~TokenEntrance() override { *m_alive = false; }

    void arrive(Answer answer) override {
        const auto claims = signal::peekToken(m_server.token);
        const auto room = claims ? claims->video.room : base::RoomId();
        api::JoinGrant grant{room, room.str(), m_server.url, m_server.token, 0};
        m_loop.post([alive = m_alive, answer = std::move(answer), grant = std::move(grant)] {
            if (*alive) answer(grant);
        });
    }
    void renew(const base::RoomId&, Answer answer) override { arrive(std::move(answer)); }
    bool renews() const override { return false; }
    void refreshed(const std::string& token) override { m_server.token = token; }
    HouseClient* house() override { return nullptr; }
    std::string pinFor(const std::string&) const override { return {}; }

    /// What the server says goes nowhere: LiveKit repeats the whole token in its 401.
    base::Error refusal(const SignalEnd& end) const override {
        auto error = end.error;
        error.kind = base::ErrorKind::refused;
        switch (end.status) {
            case 401:
            case 403:
                return {error.kind, "token_refused", "The server does not accept this token.", "Ask for a new one; it may have run out.", {}};
            case 400: return {error.kind, "token_unfit", "This token leads into no room.", "Ask for one that names a room and who you are.", {}};
            case 404:
                return {error.kind, "room_unknown", "There is no such room at this address.",
                        "Check the address; the room may be over.", {}};
            case 503: return {error.kind, "server_full", "The server takes nobody in now.", "Try again later.", {}};
            default: return error;
        }
    }

    /// A server on this computer may name its loopback address or any other one of the machine.
    std::vector<base::IpAddress> addresses() const override {
        std::vector<base::IpAddress> out;
        if (const auto url = net::Url::parse(m_server.url); url && url->isLoopback())
            for (const auto* own : {"127.0.0.1", "::1"}) out.push_back(*base::IpAddress::parse(own));
        for (const auto& local : net::localAddresses())
            if (out.size() < kMaxAddresses) out.push_back(local.ip);
        return out;
    }

  private:
    net::EventLoop& m_loop;
    ServerAddress m_server;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
};

base::Unexpected<base::Error> unfit(std::string code, std::string message, std::string advice) {
    return base::fail(base::ErrorKind::invalidInput, std::move(code), std::move(message), std::move(advice));
}

}  // namespace

base::Result<ServerAddress> checkServerAddress(const ServerAddress& given) {
    auto url = net::Url::parse(given.url);
    if (!url) return base::Unexpected<base::Error>(std::move(url).error());
    if (!url->query.empty() || !url->fragment.empty())
        return unfit("server_address", "The address of a LiveKit server has no ? and no # in it.", "The token has a place of its own.");
    if (!url->isSecure() && !url->isLoopback())
        return unfit("server_plain", "This address is not encrypted; others on the way could read the token.",
                     "Use wss://; ws:// is for a server on this computer.");
    const auto claims = signal::peekToken(given.token);
    if (!claims) return unfit("token_form", "This is no LiveKit token.", "Copy it whole: three parts with dots between them.");
    if (!claims->video.roomJoin || claims->video.room.empty())
        return unfit("token_unfit", "This token leads into no room.", "Ask for one that names a room and who you are.");
    auto ws = url->withWebSocketScheme(true);
    return ServerAddress{ws.toString(), given.token};
}

std::unique_ptr<Entrance> byToken(net::EventLoop& loop, ServerAddress server) {
    return std::make_unique<TokenEntrance>(loop, std::move(server));
}

}  // namespace parlour::room
