// SPDX-License-Identifier: Apache-2.0
#include "core/room/house_client.h"

#include <algorithm>
#include <map>

#include "core/api/house_json.h"
#include "core/crypto/random.h"
#include "core/net/http_client.h"
#include "core/net/url.h"

namespace parlour::room {
namespace {

constexpr int kMovingTries = 12;                                  // one a second: a takeover takes less than five
constexpr base::Duration kMovingPause = std::chrono::seconds(1);

base::Unexpected<base::Error> untrusted(std::string code, std::string message, std::string advice) {
    return base::fail(base::ErrorKind::untrusted, std::move(code), std::move(message), std::move(advice));
}

}  // namespace

struct HouseClient::Impl : std::enable_shared_from_this<HouseClient::Impl> {
    net::EventLoop& loop;
    PersonKeys& keys;
    HouseAddress address;
    base::HouseId house;
    std::string houseName;
    std::string session;
    std::map<std::uint64_t, net::Pending> calls;
    std::map<std::uint64_t, base::Timer> pauses;
    std::uint64_t nextCall = 1;

    Impl(net::EventLoop& l, PersonKeys& k, HouseAddress a) : loop(l), keys(k), address(std::move(a)) {}

    /// One request; `body` empty = GET. The answer is parsed as T or as an error of the house. While another server takes the house
    /// over, in which nothing is done, it is asked again.
    template <class T>
    void call(const std::string& path, const std::string& body, bool bearer, Answer<T> answer, int tries = kMovingTries) {
        net::HttpCall request;
        auto url = net::Url::parse(address.origin.str() + "/");
        if (!url) {
            loop.post([answer, error = url.error()] { answer(base::Unexpected<base::Error>(error)); });
            return;
        }
        request.method = body.empty() ? "GET" : "POST";
        request.url = url->at("/api/v1" + path);
        request.headers["origin"] = address.origin.str();
        if (!body.empty()) request.headers["content-type"] = "application/json";
        if (bearer) request.headers["authorization"] = "Bearer " + session;
        request.body = body;
        request.trust.pin = address.pin;
        const auto number = nextCall++;
        auto done = [weak = weak_from_this(), number, path, body, bearer, tries, answer = std::move(answer)](base::Result<net::HttpResponse> response) {
            const auto self = weak.lock();
            if (!self) return;
            const auto keep = self->calls.extract(number);   // ends only after this function
            if (!response) return answer(base::Unexpected<base::Error>(std::move(response).error()));
            if (response->status == 200) {
                if constexpr (std::is_same_v<T, std::string>)
                    return answer(std::move(response->body));
                else
                    return answer(api::fromJson<T>(response->body));
            }
            auto error = api::fromJson<api::ErrorBody>(response->body);
            if (error && error->code == "house_moved" && tries > 1) {
                self->pauses[number] = self->loop.postAfter(kMovingPause, [weak, number, path, body, bearer, tries, answer] {
                    const auto later = weak.lock();
                    if (!later) return;
                    const auto over = later->pauses.extract(number);
                    later->call<T>(path, body, bearer, answer, tries - 1);
                });
                return;
            }
            if (error) return answer(base::Unexpected<base::Error>(api::fromBody(*error)));
            answer(base::fail(base::ErrorKind::unreachable, "no_house",
                              self->address.origin.str() + " answered, but not as a Parlour house.",
                              "Check the address, or ask who sent the link.", "HTTP " + std::to_string(response->status)));
        };
        calls.emplace(number, net::sendHttp(loop, std::move(request), std::move(done)));
    }

    /// Challenge, check the house's signature, and answer with our own.
    void prove(const std::string& purpose, Answer<api::Proof> answer) {
        const auto nonce = crypto::randomToken(32);
        call<api::Challenge>("/challenge", api::toJson(api::ChallengeRequest{nonce, purpose}), false,
                             [self = shared_from_this(), nonce, purpose, answer](base::Result<api::Challenge> challenge) {
                                 if (!challenge) return answer(base::Unexpected<base::Error>(std::move(challenge).error()));
                                 answer(self->sign(*challenge, nonce, purpose));
                             });
    }

    base::Result<api::Proof> sign(const api::Challenge& challenge, const std::string& nonce, const std::string& purpose) {
        const auto key = base::fromBase64Url(challenge.houseKey);
        const auto signature = base::fromBase64Url(challenge.signature);
        if (!key || !signature || !crypto::verifySignature(*key, api::houseStatement(challenge, nonce), *signature) ||
            crypto::identityOf(*key) != challenge.house.str())
            return untrusted("house_unproven", address.origin.str() + " could not prove which house it is.",
                             "Do not go on; ask who sent the link.");
        if (!house.empty() && house != challenge.house)
            return untrusted("house_changed", "Another house answers at " + address.origin.str() + " than before.",
                             "Do not go on; ask who sent the link.");
        if (std::find(challenge.origins.begin(), challenge.origins.end(), address.origin.str()) == challenge.origins.end())
            return untrusted("origin_mismatch", "The house does not know the address " + address.origin.str() + ".",
                             "Use the address in the invitation; the host can set it with --public-url.");
        house = challenge.house;
        houseName = challenge.houseName;
        const auto own = keys.keyFor(house);
        api::Proof proof;
        proof.publicKey = base::toBase64Url(own.publicKey());
        proof.nonce = challenge.nonce;
        proof.origin = address.origin.str();
        proof.expiresMs = challenge.expiresMs;
        proof.signature = base::toBase64Url(
            own.sign(api::personStatement(house, proof.origin, purpose, proof.nonce, proof.expiresMs)));
        return proof;
    }

    /// The challenge came from a server that did not live to see the answer.
    template <class T>
    static bool outlived(const base::Result<T>& result) { return !result && result.error().code == "nonce_unknown"; }

    void login(Answer<api::LoginAnswer> answer, bool again = true) {
        prove(std::string(api::kLoginPurpose), [self = shared_from_this(), answer, again](base::Result<api::Proof> proof) {
            if (!proof) return answer(base::Unexpected<base::Error>(std::move(proof).error()));
            self->call<api::LoginAnswer>("/login", api::toJson(api::LoginRequest{*proof}), false,
                                         [self, answer, again](base::Result<api::LoginAnswer> in) {
                                             if (again && outlived(in)) return self->login(answer, false);
                                             if (in) self->session = in->session;
                                             answer(std::move(in));
                                         });
        });
    }

    void redeem(const api::RedeemRequest& request, Answer<api::Redeemed> answer, bool again) {
        prove(api::redeemPurpose(request.id), [self = shared_from_this(), request, answer, again](base::Result<api::Proof> proof) {
            if (!proof) return answer(base::Unexpected<base::Error>(std::move(proof).error()));
            auto proven = request;
            proven.proof = *proof;
            self->call<api::Redeemed>("/invitations/redeem", api::toJson(proven), false, [self, request, answer, again](base::Result<api::Redeemed> redeemed) {
                if (again && outlived(redeemed)) return self->redeem(request, answer, false);
                if (redeemed) self->session = redeemed->session;
                answer(std::move(redeemed));
            });
        });
    }

    /// A request that needs a session; logs in first when there is none, and once more when it has ended.
    template <class T>
    void ask(const std::string& path, const std::string& body, Answer<T> answer, bool again = true) {
        if (session.empty()) {
            login([self = shared_from_this(), path, body, answer](base::Result<api::LoginAnswer> in) {
                if (!in) return answer(base::Unexpected<base::Error>(std::move(in).error()));
                self->ask<T>(path, body, answer, false);
            });
            return;
        }
        call<T>(path, body, true, [self = shared_from_this(), path, body, answer, again](base::Result<T> result) {
            if (!result && again && result.error().kind == base::ErrorKind::untrusted) {
                self->session.clear();
                return self->ask<T>(path, body, answer, false);
            }
            answer(std::move(result));
        });
    }
};

HouseClient::HouseClient(net::EventLoop& loop, PersonKeys& keys, HouseAddress address)
    : m_impl(std::make_shared<Impl>(loop, keys, std::move(address))) {}
std::string HouseClient::escaped(std::string_view text) { return net::percentEncode(text); }
HouseClient::~HouseClient() {
    m_impl->calls.clear();
    m_impl->pauses.clear();
}

const HouseAddress& HouseClient::address() const { return m_impl->address; }
const base::HouseId& HouseClient::house() const { return m_impl->house; }
const std::string& HouseClient::houseName() const { return m_impl->houseName; }
bool HouseClient::signedIn() const { return !m_impl->session.empty(); }

void HouseClient::preview(const base::InvitationId& id, const std::string& secret, Answer<api::Preview> answer) {
    m_impl->call<api::Preview>("/invitations/preview", api::toJson(api::PreviewRequest{id, secret, {}}), false, std::move(answer));
}

void HouseClient::redeem(const base::InvitationId& id, const std::string& secret, const std::string& name,
                         Answer<api::Redeemed> answer) {
    redeem(id, secret, name, {}, std::move(answer));
}

void HouseClient::redeem(const base::InvitationId& id, const std::string& secret, const std::string& name, const std::string& code,
                         Answer<api::Redeemed> answer) {
    m_impl->redeem({id, secret, name, {}, code}, std::move(answer), true);
}

void HouseClient::login(Answer<api::LoginAnswer> answer) { m_impl->login(std::move(answer)); }
void HouseClient::rooms(Answer<api::RoomList> answer) { m_impl->ask<api::RoomList>("/rooms", {}, std::move(answer)); }
void HouseClient::token(const base::RoomId& room, const api::TokenRequest& request, Answer<api::JoinGrant> answer) {
    m_impl->ask<api::JoinGrant>("/rooms/" + room.str() + "/token", api::toJson(request), std::move(answer));
}
void HouseClient::stage(const base::RoomId& room, const api::StageCommand& command, Answer<api::StageAnswer> answer) {
    m_impl->ask<api::StageAnswer>("/rooms/" + room.str() + "/stage", api::toJson(command), std::move(answer));
}
void HouseClient::hands(const base::RoomId& room, Answer<api::Hands> answer) {
    m_impl->ask<api::Hands>("/rooms/" + room.str() + "/hands", {}, std::move(answer));
}
void HouseClient::leave(const base::RoomId& room, Answer<api::Nothing> answer) {
    m_impl->ask<api::Nothing>("/rooms/" + room.str() + "/leave", api::toJson(api::Nothing{}), std::move(answer), false);
}
void HouseClient::createInvitation(const base::RoomId& room, const api::InvitationWish& wish,
                                   Answer<api::InvitationMade> answer) {
    m_impl->ask<api::InvitationMade>("/rooms/" + room.str() + "/invitations", api::toJson(wish), std::move(answer));
}

void HouseClient::request(const std::string& path, const std::string& body, bool open, Answer<std::string> answer) {
    if (open)
        m_impl->call<std::string>(path, body, false, std::move(answer));
    else
        m_impl->ask<std::string>(path, body, std::move(answer));
}
void HouseClient::prove(const std::string& purpose, Answer<api::Proof> answer) { m_impl->prove(purpose, std::move(answer)); }

}  // namespace parlour::room
