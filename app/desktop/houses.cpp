// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/houses.h"

#include <algorithm>

#include "app/desktop/hallway.h"
#include "core/api/guest_terms.h"
#include "core/api/guest_types.h"
#include "core/api/house_json.h"

namespace parlour::desktop {

Houses::Houses(net::EventLoop& loop, room::PersonKeys& keys) : m_loop(loop), m_keys(keys) {}
Houses::~Houses() = default;

base::Result<room::HouseClient*> Houses::clientOf(const std::string& house) {
    auto& client = m_clients[house];
    if (!client) {
        auto address = parseServer(house);
        if (!address) return base::Unexpected(std::move(address).error());
        client = std::make_unique<room::HouseClient>(m_loop, m_keys, *address);
    }
    return client.get();
}

void Houses::request(const std::string& house, const std::string& path, const std::string& body,
                     std::function<void(base::Result<std::string>)> done) {
    m_loop.post([this, house, path, body, done = std::move(done)] {
        auto client = clientOf(house);
        if (!client) return done(base::Unexpected(std::move(client).error()));
        (*client)->request(path, body, false, done);
    });
}

void Houses::signTerms(const std::string& house, const std::string& text, int version,
                       std::function<void(base::Result<std::string>)> done) {
    m_loop.post([this, house, text, version, done = std::move(done)] {
        auto client = clientOf(house);
        if (!client) return done(base::Unexpected(std::move(client).error()));
        auto view = api::fromJson<api::GuestView>(text);
        if (!view) return done(base::Unexpected(std::move(view).error()));
        // The key belongs to one house: a server that names another one gets no signature with that one's key.
        if (view->house.empty() || view->house != (*client)->house())
            return done(base::fail(base::ErrorKind::untrusted, "house_changed", "These terms name another house.",
                                   "Do not sign; look at them again."));
        const auto read = std::find_if(view->versions.begin(), view->versions.end(), [&](const auto& one) { return one.version == version; });
        if (read == view->versions.end())
            return done(base::fail(base::ErrorKind::notFound, "version_unknown", "There is no such version of the terms.",
                                   "Look at them again."));
        const auto key = m_keys.keyFor(view->house);
        const auto statement = api::termsStatement(view->house, view->id, view->name, version, api::Party::host, read->terms);
        api::GuestSign wish;
        wish.version = version;
        wish.key = base::toBase64Url(key.publicKey());
        wish.signature = base::toBase64Url(key.sign(statement));
        (*client)->request("/guests/" + view->id.str() + "/sign", api::toJson(wish), false, done);
    });
}

}  // namespace parlour::desktop
