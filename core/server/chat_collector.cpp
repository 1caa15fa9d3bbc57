// SPDX-License-Identifier: Apache-2.0
#include "core/server/chat_collector.h"

#include <algorithm>

namespace parlour::server {

ChatCollector::Outcome ChatCollector::feed(const signal::DataPacket& packet) {
    const auto open = [&](const std::string& id) {
        return std::find_if(m_open.begin(), m_open.end(), [&](const Stream& s) { return s.id == id; });
    };
    if (const auto* user = std::get_if<signal::UserData>(&packet.value))
        return {user->topic == signal::kTopicLegacyChat ? Kind::refused : Kind::notChat, {}};
    if (const auto* chat = std::get_if<signal::ChatData>(&packet.value)) {
        if (chat->deleted || chat->editTimestampMs || !packet.destinations.empty() || chat->message.size() > signal::kMaxChatBytes)
            return {Kind::refused, {chat->id, {}, false}};
        return {Kind::text, {chat->id, chat->message, false}};
    }
    if (const auto* header = std::get_if<signal::StreamHeader>(&packet.value)) {
        if (header->topic != signal::kTopicChat) return {};
        const ChatText refused{header->streamId, {}, true};
        if (!header->text || header->compression != 0 || !packet.destinations.empty() ||
            header->totalLength.value_or(0) > signal::kMaxChatBytes || open(header->streamId) != m_open.end())
            return {Kind::refused, refused};
        if (header->inlineContent) {
            if (header->inlineContent->size() > signal::kMaxChatBytes) return {Kind::refused, refused};
            return {Kind::text, {header->streamId, std::string(base::asText(*header->inlineContent)), true}};
        }
        if (m_open.size() >= kMaxOpen) m_open.pop_front();
        m_open.push_back({header->streamId, {}, false});
        return {Kind::part, {}};
    }
    if (const auto* chunk = std::get_if<signal::StreamChunk>(&packet.value)) {
        const auto it = open(chunk->streamId);
        if (it == m_open.end()) return {};
        it->spoiled = it->spoiled || it->text.size() + chunk->content.size() > signal::kMaxChatBytes;
        if (!it->spoiled) it->text += base::asText(chunk->content);
        return {Kind::part, {}};
    }
    if (const auto* trailer = std::get_if<signal::StreamTrailer>(&packet.value)) {
        const auto it = open(trailer->streamId);
        if (it == m_open.end()) return {};
        const Stream stream = std::move(*it);
        m_open.erase(it);
        if (stream.spoiled || !trailer->reason.empty()) return {Kind::refused, {stream.id, {}, true}};
        return {Kind::text, {stream.id, stream.text, true}};
    }
    return {};
}

std::vector<base::Bytes> chatPackets(const base::Identity& from, const base::ParticipantSid& sid, const ChatText& text,
                                     std::int64_t atMs, std::uint64_t number) {
    std::vector<base::Bytes> out;
    const auto add = [&](auto value) {
        signal::DataPacket packet;
        packet.sender = from;
        packet.senderSid = sid;
        packet.value = std::move(value);
        out.push_back(signal::encodeDataPacket(packet));
    };
    if (!text.stream) {
        add(signal::ChatData{text.id, atMs, std::nullopt, text.text, false, false, number});
        return out;
    }
    signal::StreamHeader header;
    header.streamId = text.id;
    header.timestampMs = atMs;
    header.topic = signal::kTopicChat;
    header.mimeType = "text/plain";
    header.totalLength = text.text.size();
    header.text = true;
    header.attributes[signal::kAttrChatNumber] = std::to_string(number);
    add(std::move(header));
    add(signal::StreamChunk{text.id, 0, base::toBytes(base::asBytes(text.text))});
    add(signal::StreamTrailer{text.id, {}});
    return out;
}

base::Bytes chatDeletedPacket(const std::string& id, std::int64_t atMs) {
    signal::DataPacket packet;
    packet.value = signal::ChatData{id, atMs, std::nullopt, {}, true, false};
    return signal::encodeDataPacket(packet);
}

}  // namespace parlour::server
