// SPDX-License-Identifier: Apache-2.0
#include "core/rtc/data_channel.h"

namespace parlour::rtc {
namespace {

// RFC 8831 section 8, payload protocol identifiers.
constexpr std::uint32_t kControl = 50;
constexpr std::uint32_t kString = 51;
constexpr std::uint32_t kBinary = 53;
constexpr std::uint32_t kStringEmpty = 56;
constexpr std::uint32_t kBinaryEmpty = 57;
// RFC 8832 section 8.2.1.
constexpr std::uint8_t kAcknowledge = 0x02;
constexpr std::uint8_t kOpen = 0x03;
constexpr std::uint8_t kUnorderedBit = 0x80;
constexpr std::size_t kMaxLabel = 256;

std::string_view toText(DataLabel label) {
    switch (label) {
        case DataLabel::reliable: return "_reliable";
        case DataLabel::lossy: return "_lossy";
    }
    return "";
}

std::optional<DataLabel> labelOf(std::string_view text) {
    for (const auto label : {DataLabel::reliable, DataLabel::lossy})
        if (text == toText(label)) return label;
    return std::nullopt;
}

}  // namespace

std::optional<ChannelOpen> parseChannelOpen(base::ByteView message) {
    base::ByteReader in(message);
    if (in.u8() != kOpen) return std::nullopt;
    const auto type = in.u8();
    in.skip(2 + 4);   // priority and reliability parameter
    const auto labelSize = in.u16();
    const auto protocolSize = in.u16();
    const auto label = in.bytes(labelSize);
    const auto protocol = in.bytes(protocolSize);
    if (!in.ok() || label.size() > kMaxLabel || protocol.size() > kMaxLabel) return std::nullopt;
    ChannelOpen open;
    open.reliability = (type & kUnorderedBit) != 0 ? Reliability::unordered : Reliability::ordered;
    open.label = std::string(base::asText(label));
    open.protocol = std::string(base::asText(protocol));
    return open;
}

base::Bytes toBytes(const ChannelOpen& open) {
    base::ByteWriter out;
    out.u8(kOpen);
    out.u8(open.reliability == Reliability::unordered ? 0x81 : 0x00);   // 0x81: unordered, limited retransmissions
    out.u16(0);
    out.u32(0);
    out.u16(static_cast<std::uint16_t>(open.label.size()));
    out.u16(static_cast<std::uint16_t>(open.protocol.size()));
    out.text(open.label);
    out.text(open.protocol);
    return out.take();
}

void DataChannels::handlePacket(base::ByteView packet, base::TimePoint now) {
    m_association.handlePacket(packet, now);
    settle(now);
}

void DataChannels::handleTimeout(base::TimePoint now) {
    m_association.handleTimeout(now);
    settle(now);
}

void DataChannels::openOwn(DataLabel label, base::TimePoint now) {
    Channel channel;
    channel.label = label;
    channel.reliability = label == DataLabel::lossy ? Reliability::unordered : Reliability::ordered;
    const auto stream = m_nextStream;
    m_nextStream = static_cast<std::uint16_t>(m_nextStream + 2);
    m_channels[stream] = channel;
    const auto open = toBytes(ChannelOpen{channel.reliability, std::string(toText(label)), {}});
    m_association.send(stream, kControl, open, Reliability::ordered, now);
}

void DataChannels::handleControl(std::uint16_t stream, base::ByteView message, base::TimePoint now) {
    if (!message.empty() && std::to_integer<std::uint8_t>(message[0]) == kAcknowledge) {
        const auto found = m_channels.find(stream);
        if (found == m_channels.end() || found->second.open) return;
        found->second.open = true;
        if (found->second.label) m_opened.push_back(*found->second.label);
        return;
    }
    const auto open = parseChannelOpen(message);
    if (!open || m_channels.size() >= SctpAssociation::kMaxStreams || m_channels.count(stream) != 0) return;
    const std::byte answer{kAcknowledge};
    if (!m_association.send(stream, kControl, {&answer, 1}, Reliability::ordered, now)) return;
    Channel channel{labelOf(open->label), open->reliability, true};
    m_channels[stream] = channel;
    if (channel.label) m_opened.push_back(*channel.label);
}

void DataChannels::settle(base::TimePoint now) {
    if (m_create && m_association.connected()) {
        m_create = false;
        openOwn(DataLabel::lossy, now);
        openOwn(DataLabel::reliable, now);
    }
    while (auto message = m_association.pollMessage()) {
        switch (message->ppid) {
            case kControl: handleControl(message->stream, message->bytes, now); break;
            case kStringEmpty:
            case kBinaryEmpty: message->bytes.clear(); [[fallthrough]];
            case kString:
            case kBinary: {
                const auto found = m_channels.find(message->stream);
                if (found == m_channels.end() || !found->second.label) break;
                // Data may overtake the acknowledgement of an unordered channel (RFC 8832 section 6).
                if (!found->second.open) {
                    found->second.open = true;
                    m_opened.push_back(*found->second.label);
                }
                m_received.push_back({*found->second.label, std::move(message->bytes)});
                break;
            }
            default: break;
        }
    }
}

std::optional<DataLabel> DataChannels::pollOpened() {
    if (m_opened.empty()) return std::nullopt;
    const auto label = m_opened.front();
    m_opened.pop_front();
    return label;
}

std::optional<DataChannels::Received> DataChannels::pollReceived() {
    if (m_received.empty()) return std::nullopt;
    auto received = std::move(m_received.front());
    m_received.pop_front();
    return received;
}

bool DataChannels::open(DataLabel label) const {
    for (const auto& [stream, channel] : m_channels)
        if (channel.label == label && channel.open) return true;
    return false;
}

bool DataChannels::send(DataLabel label, base::ByteView bytes, base::TimePoint now) {
    for (const auto& [stream, channel] : m_channels) {
        if (channel.label != label || !channel.open) continue;
        if (bytes.empty()) {
            const std::byte zero{0};
            return m_association.send(stream, kBinaryEmpty, {&zero, 1}, channel.reliability, now);
        }
        return m_association.send(stream, kBinary, bytes, channel.reliability, now);
    }
    return false;
}

}  // namespace parlour::rtc
