// SPDX-License-Identifier: Apache-2.0
#include "core/server/webhook_sender.h"

#include "core/base/byte_io.h"
#include "core/base/log.h"
#include "core/crypto/hash.h"
#include "core/crypto/random.h"
#include "core/signal/room_service.h"

namespace parlour::server {
namespace {

const char* nameOf(RoomNews::What what) {
    switch (what) {
    case RoomNews::What::roomStarted: return "room_started";
    case RoomNews::What::roomFinished: return "room_finished";
    case RoomNews::What::participantJoined: return "participant_joined";
    case RoomNews::What::participantLeft: return "participant_left";
    case RoomNews::What::trackPublished: return "track_published";
    case RoomNews::What::trackUnpublished: return "track_unpublished";
    }
    return "";
}

/// A refusal that the same words will meet again. 408 and 429 ask for another try.
bool isFinal(int status) { return status >= 400 && status < 500 && status != 408 && status != 429; }

}  // namespace

WebhookSender::WebhookSender(base::Executor& net, const base::Clock& clock, signal::TokenKey key, Post post)
    : m_net(net), m_clock(clock), m_key(std::move(key)), m_post(std::move(post)) {}

void WebhookSender::tell(const RoomNews& news) {
    signal::WebhookEvent event;
    event.event = nameOf(news.what);
    event.id = "EV_" + crypto::randomString(12);
    event.createdAtMs = base::toUnixMs(m_clock.wallNow());
    event.room = news.room;
    event.participant = news.participant;
    event.track = news.track;
    auto body = signal::toJson(event);
    if (m_waiting.size() >= kMaxWaiting || m_bytes + body.size() > kMaxWaitingBytes) {
        ++m_stats.dropped;
        return;
    }
    m_bytes += body.size();
    m_waiting.push_back(std::move(body));
    next();
}

WebhookStats WebhookSender::stats() const {
    auto out = m_stats;
    out.waiting = m_waiting.size();
    return out;
}

void WebhookSender::next() {
    if (m_tries > 0 || m_waiting.empty()) return;
    m_tries = 1;
    tryFirst();
}

void WebhookSender::tryFirst() {
    const auto& body = m_waiting.front();
    signal::AccessToken token;
    token.issuedAt = token.notBefore = m_clock.wallNow();
    token.expires = token.notBefore + std::chrono::duration_cast<base::WallTime::duration>(kTokenLife);
    token.sha256 = base::toBase64(crypto::sha256(base::asBytes(body)));
    auto jwt = signal::mintToken(token, m_key);
    if (!jwt) return answered(base::Unexpected(std::move(jwt).error()));
    m_post({body, *jwt}, [this, alive = std::weak_ptr(m_alive)](base::Result<int> status) {
        if (!alive.expired()) answered(status);
    });
}

void WebhookSender::answered(const base::Result<int>& status) {
    const bool good = status && *status >= 200 && *status < 300;
    if (!good && m_tries < kTries && !(status && isFinal(*status))) {
        const auto pause = kFirstPause * (1 << (m_tries - 1));
        ++m_tries;
        m_pause = m_net.postAfter(pause, [this] { tryFirst(); });
        return;
    }
    if (good) {
        ++m_stats.delivered;
    } else {
        ++m_stats.failed;
        base::log(base::LogLevel::warn, "server",
                  "A webhook was not taken and is given up: " + (status ? "status " + std::to_string(*status) : base::describe(status.error())));
    }
    m_bytes -= m_waiting.front().size();
    m_waiting.pop_front();
    m_tries = 0;
    next();
}

}  // namespace parlour::server
