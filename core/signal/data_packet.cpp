// SPDX-License-Identifier: Apache-2.0
#include "core/signal/data_packet.h"

#include <google/protobuf/io/coded_stream.h>

#include "core/signal/codec_parts.h"
#include "livekit.pb.h"

namespace parlour::signal {
namespace {

base::Result<void> parse(base::ByteView bytes, std::size_t maxBytes, livekit::DataPacket& message) {
    if (bytes.size() > maxBytes)
        return base::fail(base::ErrorKind::invalidInput, "data_too_large", "A data message is too large.", {},
                          std::to_string(bytes.size()) + " bytes");
    wire::quietProtobuf();
    google::protobuf::io::CodedInputStream stream(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                                  static_cast<int>(bytes.size()));
    stream.SetRecursionLimit(kMaxRecursion);
    if (!message.ParseFromCodedStream(&stream) || !stream.ConsumedEntireMessage())
        return base::fail(base::ErrorKind::invalidInput, "data_malformed", "A data message could not be read.");
    if (static_cast<std::size_t>(message.destination_identities_size()) > kMaxRepeated ||
        static_cast<std::size_t>(message.user().destination_identities_size()) > kMaxRepeated ||
        message.stream_header().attributes_size() > static_cast<int>(kMaxAttributes))
        return base::fail(base::ErrorKind::invalidInput, "data_malformed", "A data message breaks a limit.");
    return {};
}

base::Bytes serialize(const livekit::DataPacket& message) {
    base::Bytes out(message.ByteSizeLong());
    message.SerializeToArray(out.data(), static_cast<int>(out.size()));
    return out;
}

std::string text(base::ByteView bytes) { return std::string(base::asText(bytes)); }
base::Bytes bytesOf(const std::string& value) { return base::toBytes(base::asBytes(value)); }

/// LiveKit puts the destinations in either place; both count.
std::vector<base::Identity> destinationsOf(const livekit::DataPacket& message) {
    std::vector<base::Identity> out;
    for (const auto& identity : message.destination_identities()) out.emplace_back(identity);
    if (out.empty() && message.has_user())
        for (const auto& identity : message.user().destination_identities()) out.emplace_back(identity);
    return out;
}

struct ValueWriter {
    livekit::DataPacket& out;

    void operator()(const OtherData&) const {}
    void operator()(const UserData& m) const {
        auto& to = *out.mutable_user();
        to.set_payload(text(m.payload));
        if (!m.topic.empty()) to.set_topic(m.topic);
        if (!m.id.empty()) to.set_id(m.id);
    }
    void operator()(const ChatData& m) const {
        auto& to = *out.mutable_chat_message();
        to.set_id(m.id);
        to.set_timestamp(m.timestampMs);
        if (m.editTimestampMs) to.set_edit_timestamp(*m.editTimestampMs);
        to.set_message(m.message);
        to.set_deleted(m.deleted);
        to.set_generated(m.generated);
        if (m.number != 0) to.set_parlour_number(m.number);
    }
    void operator()(const StreamHeader& m) const {
        auto& to = *out.mutable_stream_header();
        to.set_stream_id(m.streamId);
        to.set_timestamp(m.timestampMs);
        to.set_topic(m.topic);
        to.set_mime_type(m.mimeType);
        if (m.totalLength) to.set_total_length(*m.totalLength);
        for (const auto& [key, value] : m.attributes) (*to.mutable_attributes())[key] = value;
        if (m.text)
            to.mutable_text_header()->set_reply_to_stream_id(m.replyTo);
        else
            to.mutable_byte_header();
        if (m.inlineContent) to.set_inline_content(text(*m.inlineContent));
        to.set_compression(m.compression);
    }
    void operator()(const StreamChunk& m) const {
        auto& to = *out.mutable_stream_chunk();
        to.set_stream_id(m.streamId);
        to.set_chunk_index(m.index);
        to.set_content(text(m.content));
    }
    void operator()(const StreamTrailer& m) const {
        auto& to = *out.mutable_stream_trailer();
        to.set_stream_id(m.streamId);
        to.set_reason(m.reason);
    }
};

void readValue(const livekit::DataPacket& from, DataPacket& out) {
    switch (from.value_case()) {
        case livekit::DataPacket::kUser:
            out.value = UserData{from.user().topic(), bytesOf(from.user().payload()), from.user().id()};
            return;
        case livekit::DataPacket::kChatMessage: {
            const auto& m = from.chat_message();
            ChatData chat{m.id(), m.timestamp(), std::nullopt, m.message(), m.deleted(), m.generated(), m.parlour_number()};
            if (m.has_edit_timestamp()) chat.editTimestampMs = m.edit_timestamp();
            out.value = std::move(chat);
            return;
        }
        case livekit::DataPacket::kStreamHeader: {
            const auto& m = from.stream_header();
            StreamHeader header;
            header.streamId = m.stream_id();
            header.timestampMs = m.timestamp();
            header.topic = m.topic();
            header.mimeType = m.mime_type();
            if (m.has_total_length()) header.totalLength = m.total_length();
            for (const auto& [key, value] : m.attributes()) header.attributes.emplace(key, value);
            header.text = m.has_text_header();
            header.replyTo = m.text_header().reply_to_stream_id();
            if (m.has_inline_content()) header.inlineContent = bytesOf(m.inline_content());
            header.compression = m.compression();
            out.value = std::move(header);
            return;
        }
        case livekit::DataPacket::kStreamChunk:
            out.value = StreamChunk{from.stream_chunk().stream_id(), from.stream_chunk().chunk_index(),
                                    bytesOf(from.stream_chunk().content())};
            return;
        case livekit::DataPacket::kStreamTrailer:
            out.value = StreamTrailer{from.stream_trailer().stream_id(), from.stream_trailer().reason()};
            return;
        case livekit::DataPacket::VALUE_NOT_SET: out.value = OtherData{}; return;
    }
}

DataKind kindOf(const livekit::DataPacket& message) {
    return message.kind() == livekit::DataPacket::LOSSY ? DataKind::lossy : DataKind::reliable;
}

}  // namespace

base::Bytes encodeDataPacket(const DataPacket& packet) {
    livekit::DataPacket message;
    message.set_kind(packet.kind == DataKind::lossy ? livekit::DataPacket::LOSSY : livekit::DataPacket::RELIABLE);
    message.set_participant_identity(packet.sender.str());
    message.set_participant_sid(packet.senderSid.str());
    message.set_sequence(packet.sequence);
    for (const auto& identity : packet.destinations) message.add_destination_identities(identity.str());
    std::visit(ValueWriter{message}, packet.value);
    if (message.has_user())
        for (const auto& identity : packet.destinations) message.mutable_user()->add_destination_identities(identity.str());
    return serialize(message);
}

base::Result<DataPacket> decodeDataPacket(base::ByteView bytes, std::size_t maxBytes) {
    livekit::DataPacket message;
    if (auto ok = parse(bytes, maxBytes, message); !ok) return base::Unexpected(std::move(ok).error());
    DataPacket out;
    out.kind = kindOf(message);
    out.sender = base::Identity(message.participant_identity());
    out.senderSid = base::ParticipantSid(message.participant_sid());
    out.destinations = destinationsOf(message);
    out.sequence = message.sequence();
    readValue(message, out);
    return out;
}

base::Result<StampedData> stampDataPacket(base::ByteView bytes, const base::Identity& sender,
                                          const base::ParticipantSid& senderSid, std::size_t maxBytes) {
    livekit::DataPacket message;
    if (auto ok = parse(bytes, maxBytes, message); !ok) return base::Unexpected(std::move(ok).error());
    // Addressed by the sids of old clients alone: we route by identity, and what was meant for one must not reach all.
    if (message.has_user() && message.user().destination_sids_size() > 0 && destinationsOf(message).empty())
        return base::fail(base::ErrorKind::invalidInput, "data_malformed", "A data message names its receivers in an outdated way.");
    message.set_participant_identity(sender.str());
    message.set_participant_sid(senderSid.str());
    if (message.has_user()) {
        message.mutable_user()->set_participant_identity(sender.str());
        message.mutable_user()->set_participant_sid(senderSid.str());
    }
    StampedData out;
    out.kind = kindOf(message);
    out.destinations = destinationsOf(message);
    out.sequence = message.sequence();
    out.isChat = message.has_chat_message() ||
                 (message.has_stream_header() && message.stream_header().topic() == kTopicChat);
    const std::string_view topic = message.user().topic();
    out.serverReads = out.isChat || message.has_stream_chunk() || message.has_stream_trailer() || topic == kTopicReaction ||
                      topic == kTopicLegacyChat;
    out.bytes = serialize(message);
    return out;
}

}  // namespace parlour::signal
