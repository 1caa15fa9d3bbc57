// SPDX-License-Identifier: Apache-2.0
#include "core/sfu/forwarder.h"

#include <algorithm>

namespace parlour::sfu {

Forwarder::Forwarder(SendBatch& out, Heard heard) : m_out(out), m_heard(std::move(heard)) {}
Forwarder::~Forwarder() = default;

Publisher* Forwarder::addPublisher(PublisherConfig config) {
    auto& sources = m_sources[config.transport];
    if (sources.size() >= kMaxTracksPerTransport) return nullptr;
    if (config.ssrc && std::any_of(sources.begin(), sources.end(),
                                   [&](const Source& s) { return s.known && s.ssrc == *config.ssrc; }))
        return nullptr;
    auto owned = std::make_unique<Publisher>(std::move(config));
    auto* publisher = owned.get();
    sources.push_back({publisher->config().ssrc.has_value(), publisher->config().ssrc.value_or(0), publisher});
    m_publishers.emplace(publisher, std::move(owned));
    return publisher;
}

void Forwarder::removePublisher(Publisher* publisher) {
    const auto it = m_publishers.find(publisher);
    if (it == m_publishers.end()) return;
    for (auto* s : publisher->subscribers) s->publisher = nullptr;
    const auto transport = publisher->config().transport;
    auto& sources = m_sources[transport];
    std::erase_if(sources, [&](const Source& s) { return s.publisher == publisher; });
    if (sources.empty()) m_sources.erase(transport);
    m_publishers.erase(it);
}

void Forwarder::setSource(Publisher* publisher, std::optional<std::uint32_t> ssrc, std::uint8_t payloadType,
                          std::uint8_t redPayloadType, int levelExtensionId, int midExtensionId) {
    auto& sources = m_sources[publisher->config().transport];
    for (auto& s : sources) {
        if (s.publisher != publisher && s.known && ssrc && s.ssrc == *ssrc) return;  // somebody else's on this transport
    }
    for (auto& s : sources) {
        if (s.publisher != publisher) continue;
        if (!ssrc && s.known) ssrc = s.ssrc;  // an offer without a=ssrc keeps what was learned
        s.known = ssrc.has_value();
        s.ssrc = ssrc.value_or(0);
    }
    publisher->setSource(ssrc, payloadType, redPayloadType, levelExtensionId, midExtensionId);
}

Subscriber* Forwarder::addSubscriber(Publisher* publisher, rtc::PeerConnection& connection, rtc::SenderId sender) {
    auto& list = m_subscribers[&connection];
    list.push_back(std::make_unique<Subscriber>(connection, sender));
    auto* subscriber = list.back().get();
    subscriber->publisher = publisher;
    publisher->subscribers.push_back(subscriber);
    return subscriber;
}

void Forwarder::removeSubscriber(Subscriber* subscriber) {
    if (subscriber->publisher != nullptr) std::erase(subscriber->publisher->subscribers, subscriber);
    const auto it = m_subscribers.find(&subscriber->connection());
    if (it == m_subscribers.end()) return;
    std::erase_if(it->second, [&](const auto& s) { return s.get() == subscriber; });
    if (it->second.empty()) m_subscribers.erase(it);
}

void Forwarder::removeConnection(const rtc::PeerConnection& connection) {
    const auto it = m_subscribers.find(&connection);
    if (it == m_subscribers.end()) return;
    for (const auto& s : it->second)
        if (s->publisher != nullptr) std::erase(s->publisher->subscribers, s.get());
    m_subscribers.erase(it);
}

void Forwarder::refresh(const rtc::PeerConnection& connection) {
    const auto it = m_subscribers.find(&connection);
    if (it == m_subscribers.end()) return;
    for (const auto& s : it->second) s->refresh();
}

Publisher* Forwarder::find(std::uint32_t transport, const rtc::RtpView& packet) {
    const auto it = m_sources.find(transport);
    if (it == m_sources.end()) return nullptr;
    for (const auto& s : it->second)
        if (s.known && s.ssrc == packet.ssrc) return s.publisher;
    // An authorised section whose description named no SSRC: the first packet with its mid tells it (RFC 8843 section 9.2).
    for (auto& s : it->second) {
        if (s.known) continue;
        const auto& config = s.publisher->config();
        if (packet.mid(config.midExtensionId) != config.mid) continue;
        s.known = true;
        s.ssrc = packet.ssrc;
        s.publisher->setSource(packet.ssrc, config.payloadType, config.redPayloadType, config.levelExtensionId,
                               config.midExtensionId);
        return s.publisher;
    }
    return nullptr;
}

void Forwarder::onRtp(std::uint32_t transport, const rtc::RtpView& packet, base::TimePoint now) {
    ++m_stats.packetsIn;
    auto* publisher = find(transport, packet);
    if (publisher == nullptr) {
        ++m_stats.unknownSource;
        return;
    }
    const auto malformed = publisher->malformed;
    const auto forwarded = publisher->accept(packet, now);
    if (!forwarded) {
        ++m_stats.withheld;
        m_stats.malformedRed += publisher->malformed - malformed;
        return;
    }
    const auto& config = publisher->config();
    if (config.redPayloadType != 0 && packet.payloadType == config.redPayloadType) ++m_stats.redIn;
    if (m_heard) m_heard(*publisher, *forwarded, now);
    // Who takes RED has them in the packet itself.
    for (const auto& lost : publisher->recovered()) {
        ++m_stats.recovered;
        for (auto* subscriber : publisher->subscribers)
            if (!subscriber->takesRed() && subscriber->send(lost, m_out, now)) ++m_stats.packetsOut;
    }
    // Between two packets of a track their memory has left the cache: it is fetched while those before them are served.
    const auto& subscribers = publisher->subscribers;
    for (std::size_t i = 0; i < subscribers.size(); ++i) {
        for (unsigned step = 0; step < Subscriber::kPrefetchSteps; ++step)
            if (const auto ahead = i + Subscriber::kPrefetchSteps - step; ahead < subscribers.size()) subscribers[ahead]->prefetch(step);
        auto* subscriber = subscribers[i];
        if (!subscriber->send(*forwarded, m_out, now)) continue;
        ++m_stats.packetsOut;
        m_stats.redOut += subscriber->takesRed() ? 1u : 0u;
    }
}

void Forwarder::onNack(const rtc::PeerConnection& connection, rtc::SenderId sender,
                       std::span<const std::uint16_t> sequences, base::TimePoint now) {
    const auto it = m_subscribers.find(&connection);
    if (it == m_subscribers.end()) return;
    for (const auto& s : it->second) {
        if (s->sender() != sender) continue;
        m_stats.retransmitted += static_cast<std::uint64_t>(s->resend(sequences, m_out, now));
    }
}

std::size_t Forwarder::publishers() const { return m_publishers.size(); }

std::size_t Forwarder::subscribers() const {
    std::size_t count = 0;
    for (const auto& [connection, list] : m_subscribers) count += list.size();
    return count;
}

}  // namespace parlour::sfu
