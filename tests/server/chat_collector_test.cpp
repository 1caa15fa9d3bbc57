// SPDX-License-Identifier: Apache-2.0
// What of a participant's data packets is chat.
#include "core/server/chat_collector.h"

#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::server;
using Kind = ChatCollector::Kind;

namespace {

template <class Value>
signal::DataPacket packet(Value value, std::vector<base::Identity> to = {}) {
    signal::DataPacket out;
    out.destinations = std::move(to);
    out.value = std::move(value);
    return out;
}
signal::StreamHeader header(const std::string& id, std::optional<std::uint64_t> length = std::nullopt) {
    signal::StreamHeader out;
    out.streamId = id;
    out.topic = signal::kTopicChat;
    out.text = true;
    out.totalLength = length;
    return out;
}
signal::StreamChunk chunk(const std::string& id, const std::string& text) { return {id, 0, base::toBytes(base::asBytes(text))}; }

}  // namespace

TEST_CASE("a single message is complete, a stream is when its end comes", "[chat-collector]") {
    ChatCollector chat;
    const auto one = chat.feed(packet(signal::ChatData{"c1", 1, std::nullopt, "hi", false, false}));
    CHECK(one.kind == Kind::text);
    CHECK(one.text.id == "c1");
    CHECK_FALSE(one.text.stream);
    CHECK(chat.feed(packet(header("s1", 10))).kind == Kind::part);
    CHECK(chat.feed(packet(header("s2"))).kind == Kind::part);
    CHECK(chat.feed(packet(chunk("s1", "hello "))).kind == Kind::part);
    CHECK(chat.feed(packet(chunk("s2", "other"))).kind == Kind::part);
    CHECK(chat.feed(packet(chunk("s1", "world"))).kind == Kind::part);
    const auto done = chat.feed(packet(signal::StreamTrailer{"s1", {}}));
    CHECK(done.kind == Kind::text);
    CHECK(done.text.text == "hello world");
    CHECK(done.text.stream);
    CHECK(chat.feed(packet(signal::StreamTrailer{"s1", {}})).kind == Kind::notChat);
}

TEST_CASE("edits, whispers, files, compressed and aborted streams are not chat that a room has", "[chat-collector]") {
    ChatCollector chat;
    CHECK(chat.feed(packet(signal::ChatData{"c", 1, 2, "edit", false, false})).kind == Kind::refused);
    CHECK(chat.feed(packet(signal::ChatData{"c", 1, std::nullopt, "", true, false})).kind == Kind::refused);
    CHECK(chat.feed(packet(signal::ChatData{"c", 1, std::nullopt, "psst", false, false}, {base::Identity("bob")})).kind == Kind::refused);
    CHECK(chat.feed(packet(header("s"), {base::Identity("bob")})).kind == Kind::refused);
    auto file = header("f");
    file.text = false;
    CHECK(chat.feed(packet(file)).kind == Kind::refused);
    auto packed = header("p");
    packed.compression = 1;
    CHECK(chat.feed(packet(packed)).kind == Kind::refused);
    CHECK(chat.feed(packet(signal::UserData{signal::kTopicLegacyChat, {}, {}})).kind == Kind::refused);
    CHECK(chat.feed(packet(header("a"))).kind == Kind::part);
    CHECK(chat.feed(packet(signal::StreamTrailer{"a", "gone"})).kind == Kind::refused);
}

TEST_CASE("other topics and streams go their way", "[chat-collector]") {
    ChatCollector chat;
    auto other = header("o");
    other.topic = "notes";
    CHECK(chat.feed(packet(other)).kind == Kind::notChat);
    CHECK(chat.feed(packet(chunk("o", "x"))).kind == Kind::notChat);
    CHECK(chat.feed(packet(signal::UserData{"game", {}, {}})).kind == Kind::notChat);
    CHECK(chat.feed(packet(signal::OtherData{})).kind == Kind::notChat);
}

TEST_CASE("4096 bytes are a message, one more is none; four streams are open, the fifth closes the oldest", "[chat-collector][limits]") {
    ChatCollector chat;
    CHECK(chat.feed(packet(signal::ChatData{"c", 1, std::nullopt, std::string(4096, 'x'), false, false})).kind == Kind::text);
    CHECK(chat.feed(packet(signal::ChatData{"c", 1, std::nullopt, std::string(4097, 'x'), false, false})).kind == Kind::refused);
    CHECK(chat.feed(packet(header("t", 4097))).kind == Kind::refused);
    for (const std::size_t size : {4096u, 4097u}) {
        chat.feed(packet(header("s")));
        chat.feed(packet(chunk("s", std::string(4000, 'x'))));
        chat.feed(packet(chunk("s", std::string(size - 4000, 'x'))));
        CHECK(chat.feed(packet(signal::StreamTrailer{"s", {}})).kind == (size == 4096 ? Kind::text : Kind::refused));
    }
    for (int i = 0; i < 5; ++i) chat.feed(packet(header("n" + std::to_string(i))));
    CHECK(chat.feed(packet(signal::StreamTrailer{"n0", {}})).kind == Kind::notChat);
    CHECK(chat.feed(packet(signal::StreamTrailer{"n1", {}})).kind == Kind::text);
}
