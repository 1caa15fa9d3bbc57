// SPDX-License-Identifier: Apache-2.0
// RTCP of a PeerConnection: reports on a schedule, NACKs both ways, statistics.
#include <algorithm>

#include "core/rtc/peer_connection_impl.h"

namespace parlour::rtc {
namespace {

constexpr base::Duration kClientInterval = std::chrono::seconds(1);
constexpr base::Duration kServerInterval = std::chrono::milliseconds(2500);   // who speaks adapts to what is said here
constexpr base::Duration kForwarderInterval = std::chrono::seconds(5);        // who only hears needs no more (RFC 3550 section 6.2)
constexpr std::size_t kMaxCompound = 1150;

}  // namespace

void PeerConnection::requestRetransmission(const std::string& mid, std::span<const std::int64_t> sequences, base::TimePoint now) {
    auto& s = *m_impl;
    for (auto& section : s.sections) {
        if (section.mid != mid || !section.receiver || !section.nack) continue;
        auto allowed = section.receiver->allowNacks(sequences, now);
        if (allowed.empty()) return;
        base::ByteWriter out;
        writeRtcp(out, ReceiverReport{s.reportSsrc, {}});   // a compound begins with a report (RFC 3550 section 6.1)
        writeRtcp(out, Nack{s.reportSsrc, section.receiver->ssrc(), std::move(allowed)});
        s.sendRtcp(out.view());
        return;
    }
}

void PeerConnection::Impl::handleRtcp(std::span<std::byte> plain, base::TimePoint now) {
    const auto packets = parseRtcp(plain);
    if (!packets) {
        ++droppedRtp;
        return;
    }
    for (const auto& packet : *packets) {
        if (const auto* report = std::get_if<SenderReport>(&packet)) {
            for (auto& s : sections)
                if (s.receiver && s.receiver->ssrc() == report->ssrc) s.receiver->handleSenderReport(*report, now);
            handleBlocks(report->blocks, now);
        } else if (const auto* received = std::get_if<ReceiverReport>(&packet)) {
            handleBlocks(received->blocks, now);
        } else if (const auto* nack = std::get_if<Nack>(&packet)) {
            handleNack(*nack, now);
        }
        // SDES tells nothing we need; a BYE ends nothing (security T12), signalling does.
    }
}

void PeerConnection::Impl::handleBlocks(const std::vector<ReportBlock>& blocks, base::TimePoint now) {
    for (const auto& block : blocks)
        for (auto& s : sections) {
            if (!s.sender || s.sender->ssrc() != block.ssrc) continue;
            s.sender->handleReport(block, now);
            if (config.rawRtp) continue;
            base::Feedback feedback;
            feedback.roundTrip = s.sender->roundTrip().value_or(base::Duration{0});
            feedback.loss = static_cast<float>(s.sender->fractionLost());
            feedback.redundancy = s.red != 0;
            events.emplace_back(SenderFeedback{*s.senderId, feedback});
        }
}

void PeerConnection::Impl::handleNack(const Nack& nack, base::TimePoint now) {
    for (auto& s : sections) {
        if (!s.sending || s.sender->ssrc() != nack.mediaSsrc) continue;
        if (config.rawRtp) {
            if (nackSink) nackSink(*s.senderId, nack.sequences);
            return;
        }
        for (const auto sequence : nack.sequences)
            if (const auto packet = s.sender->retransmission(sequence, now)) send(*packet);
        return;
    }
}

void PeerConnection::Impl::sendReports(base::TimePoint now) {
    const bool hears = std::any_of(sections.begin(), sections.end(), [](const Section& s) { return s.receiver.has_value(); });
    const auto interval = !config.rawRtp ? kClientInterval : hears ? kServerInterval : kForwarderInterval;
    // RFC 3550 section 6.2: spread over 0.5 to 1.5 of the interval, so that many sessions do not beat together.
    nextReport = now + interval / 2 + base::Duration(static_cast<std::int64_t>(next32() % static_cast<std::uint32_t>(interval.count())));
    if (transport.state() != TransportState::connected) return;
    std::vector<ReportBlock> blocks;
    for (auto& s : sections)
        if (s.receiver && s.receiver->packetsReceived() > 0) blocks.push_back(s.receiver->report(now));
    base::ByteWriter packets;
    const auto flush = [&](std::uint32_t ssrc) {
        if (packets.size() == 0) return;
        writeRtcp(packets, SourceDescription{ssrc, config.cname});
        sendRtcp(packets.view());
        (void)packets.take();
    };
    const auto take = [&] {   // as many as one report holds
        const auto count = std::min<std::size_t>(blocks.size(), 31);
        std::vector<ReportBlock> some(blocks.end() - static_cast<std::ptrdiff_t>(count), blocks.end());
        blocks.resize(blocks.size() - count);
        return some;
    };
    for (auto& s : sections) {
        if (!s.sending) continue;
        auto report = s.sender->report(now);
        if (!report) continue;
        report->blocks = take();
        writeRtcp(packets, *report);
        if (packets.size() > kMaxCompound / 2) flush(s.sender->ssrc());
    }
    while (!blocks.empty()) {
        if (packets.size() > kMaxCompound / 4) flush(reportSsrc);
        writeRtcp(packets, ReceiverReport{reportSsrc, take()});
    }
    flush(reportSsrc);
}

void PeerConnection::Impl::sendRtcp(base::ByteView compound) {
    std::array<std::byte, 2048> packet;
    if (const auto size = transport.protectRtcp(compound, packet); size > 0) send({packet.data(), size});
}

PeerStats PeerConnection::stats(base::TimePoint) const {
    const auto& s = *m_impl;
    PeerStats stats;
    stats.transport = s.transport.stats();
    stats.transport.dropped += s.droppedRtp;
    for (const auto& section : s.sections) {
        if (section.receiver) {
            InboundRtpStats in;
            in.mid = section.mid;
            in.trackId = section.trackId;
            in.ssrc = section.receiver->ssrc();
            in.packetsReceived = section.receiver->packetsReceived();
            in.packetsLost = section.receiver->packetsLost();
            in.bytesReceived = section.receiver->bytesReceived();
            in.jitter = section.receiver->jitterSeconds();
            in.nackCount = section.receiver->nackCount();
            stats.inbound.push_back(std::move(in));
        }
        if (section.sender) {
            OutboundRtpStats out;
            out.mid = section.mid;
            out.trackId = section.senderConfig.trackId;
            out.ssrc = section.sender->ssrc();
            out.packetsSent = section.sender->packetsSent();
            out.bytesSent = section.sender->bytesSent();
            out.retransmittedPacketsSent = section.sender->retransmitted();
            if (const auto roundTrip = section.sender->roundTrip())
                out.roundTripTime = static_cast<double>(roundTrip->count()) / 1e6;
            out.fractionLost = section.sender->fractionLost();
            stats.outbound.push_back(std::move(out));
        }
    }
    return stats;
}

}  // namespace parlour::rtc
