// SPDX-License-Identifier: Apache-2.0
#include "app/ctl/token_command.h"

#include <nlohmann/json.hpp>

namespace parlour::ctl {
namespace {

std::string toLine(const api::JoinGrant& grant) {
    return nlohmann::ordered_json{{"url", grant.url}, {"token", grant.token}}.dump();
}

}  // namespace

void makeToken(room::HouseClient& house, const signal::InviteLink& link, const std::string& name,
               std::optional<std::chrono::seconds> ttl, std::function<void(base::Result<std::string>)> done) {
    house.redeem(link.id(), link.secret(), name, [&house, ttl, name, done](base::Result<api::Redeemed> redeemed) {
        if (!redeemed) return done(base::Unexpected<base::Error>(std::move(redeemed).error()));
        // What a guest redeems leads to the green room first; who asks for a token means the stage.
        const bool guest = redeemed->kind == api::InvitationKind::guest ||
                           (redeemed->kind == api::InvitationKind::listener && redeemed->role == api::Role::speaker);
        if (!ttl && !guest) return done(toLine(redeemed->join));
        api::TokenRequest request;
        if (ttl) request.ttlSeconds = static_cast<int>(ttl->count());
        if (!guest) request.name = name;   // the seat carries the name that the host gave it
        house.token(redeemed->join.room, request, [done](base::Result<api::JoinGrant> grant) {
            if (!grant) return done(base::Unexpected<base::Error>(std::move(grant).error()));
            done(toLine(*grant));
        });
    });
}

}  // namespace parlour::ctl
