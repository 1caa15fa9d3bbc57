// SPDX-License-Identifier: Apache-2.0
// A house (owner olga) in which hanna has invited the guest Ada: requests of the host, the guest, the delegate and strangers.
#pragma once

#include <map>

#include "core/api/guest_types.h"
#include "core/api/member_types.h"
#include "tests/server/house_requests.h"

namespace parlour::tests {

using namespace std::chrono_literals;

inline std::string text(const crypto::SigningKey& key) { return base::toBase64Url(key.publicKey()); }

struct GuestWorld : HouseWorld {
    std::map<std::string, std::string> sessions;
    api::GuestMade made;

    /// With these dates in the first proposal.
    explicit GuestWorld(std::vector<std::string> dates = {}) {
        const auto owner = text(keyOf("olga"));
        REQUIRE(requestText(*this, "POST", "house/init", R"({"title":"Salon","name":"olga","public_key":")" + owner + "\"}"));
        sessions["olga"] = wait<api::LoginAnswer>([&](auto answer) { house->login({proof("olga", std::string(api::kLoginPurpose))}, answer); })->session;
        for (const std::string name : {"hanna", "member"}) {
            auto invited = requestText(*this, "POST", "invitations", R"({"kind":"membership"})", sessions["olga"]);
            REQUIRE(invited);
            const auto at = invited->body.find("http");
            auto in = redeem(name, invited->body.substr(at, invited->body.find('"', at) - at));
            REQUIRE(in);
            sessions[name] = in->session;
        }
        api::GuestWish wish;
        wish.name = "Ada";
        wish.terms.topic = "The sea";
        wish.terms.questions = {"What is proposed?"};
        wish.terms.when = std::move(dates);
        wish.message = "We would be honoured.";
        auto result = postAs<api::GuestMade>(*this, "guests", wish, sessions["hanna"]);
        REQUIRE(result);
        made = *result;
    }
    std::string one() const { return "guests/" + made.id.str(); }
    api::GuestLink as(const std::string& link, const std::string& key = {}, const std::string& code = {}) {
        const auto [id, secret] = parts(link);
        api::GuestLink out{id, secret, code, {}};
        if (!key.empty()) out.proof = proof(key, api::guestPurpose(id));
        return out;
    }
    base::Result<api::GuestView> look(const api::GuestLink& link) { return postAs<api::GuestView>(*this, "guests/open", link); }
    base::Result<api::GuestView> host(const std::string& who = "hanna") { return getAs<api::GuestView>(*this, one(), sessions[who]); }
    base::Result<api::GuestView> answer(const api::GuestLink& link, const std::string& act, const std::string& words = {},
                                        std::optional<api::Terms> terms = {}, int version = 0) {
        return postAs<api::GuestView>(*this, "guests/open/answer", api::GuestAnswer{act, words, std::move(terms), version, link});
    }
    base::Result<api::GuestView> hostAnswer(const std::string& act, const std::string& words = {}, std::optional<api::Terms> terms = {}) {
        return postAs<api::GuestView>(*this, one() + "/answer", api::GuestAnswer{act, words, std::move(terms), 0, {}}, sessions["hanna"]);
    }
    api::GuestSign signature(const std::string& key, api::Party by, int version) {
        const auto view = host().value();
        api::Terms terms;
        for (const auto& v : view.versions)
            if (v.version == version) terms = v.terms;
        const auto statement = api::termsStatement(view.house, view.id, view.name, version, by, terms);
        return {version, text(keyOf(key)), base::toBase64Url(keyOf(key).sign(statement)), {}};
    }
    base::Result<api::GuestView> hostSign(int version, const std::string& key = "hanna") {
        return postAs<api::GuestView>(*this, one() + "/sign", signature(key, api::Party::host, version), sessions["hanna"]);
    }
    base::Result<api::GuestView> sign(const api::GuestLink& link, const std::string& key, api::Party by, int version) {
        auto wish = signature(key, by, version);
        wish.as = link;
        return postAs<api::GuestView>(*this, "guests/open/sign", wish);
    }
    std::string change(api::GuestChange wish, const std::string& who = "hanna") {
        const auto done = postAs<api::GuestView>(*this, one() + "/change", wish, sessions[who]);
        return done ? "" : done.error().code;
    }
};

template <class T>
std::string code(const base::Result<T>& result) {
    return result ? "" : result.error().code;
}

}  // namespace parlour::tests
