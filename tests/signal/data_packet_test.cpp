// SPDX-License-Identifier: Apache-2.0
#include "core/signal/data_packet.h"

#include "tests/signal/wire_bytes.h"
#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::signal;
using parlour::tests::bytesField;
using parlour::tests::fromWire;
using parlour::tests::numberField;
using parlour::tests::toWire;

namespace {

const base::Identity kAna("ana");
const base::ParticipantSid kAnaSid("PA_ana");

template <class T>
T through(const T& value) {
    DataPacket packet;
    packet.value = value;
    auto back = decodeDataPacket(encodeDataPacket(packet));
    if (!back) FAIL(back.error().message);
    if (!std::holds_alternative<T>(back->value)) FAIL("another value came out");
    return std::get<T>(back->value);
}

}  // namespace

TEST_CASE("the envelope of a data packet goes over the wire whole", "[signal]") {
    DataPacket packet;
    packet.kind = DataKind::lossy;
    packet.sender = kAna;
    packet.senderSid = kAnaSid;
    packet.destinations = {base::Identity("bob"), base::Identity("cid")};
    packet.sequence = 42;
    packet.value = UserData{"topic", toWire(std::string("\0\xff", 2)), "id"};
    const auto back = decodeDataPacket(encodeDataPacket(packet));
    REQUIRE(back);
    CHECK(back->kind == DataKind::lossy);
    CHECK(back->sender == kAna);
    CHECK(back->senderSid == kAnaSid);
    CHECK(back->destinations == packet.destinations);
    CHECK(back->sequence == 42);
    const auto& user = std::get<UserData>(back->value);
    CHECK(user.topic == "topic");
    CHECK(user.payload == toWire(std::string("\0\xff", 2)));
    CHECK(user.id == "id");
}

TEST_CASE("each value of a data packet goes over the wire whole", "[signal]") {
    const auto chat = through(ChatData{"1", 5, 6, "hello", true, true});
    CHECK(chat.id == "1");
    CHECK(chat.timestampMs == 5);
    CHECK(chat.editTimestampMs == 6);
    CHECK(chat.message == "hello");
    CHECK((chat.deleted && chat.generated));
    CHECK_FALSE(through(ChatData{"1", 5, std::nullopt, "x", false, false}).editTimestampMs);

    StreamHeader text;
    text.streamId = "s";
    text.timestampMs = 7;
    text.topic = kTopicChat;
    text.mimeType = "text/plain";
    text.totalLength = 5;
    text.attributes = {{"a", "b"}};
    text.text = true;
    text.replyTo = "r";
    text.inlineContent = toWire("hello");
    text.compression = 1;
    const auto header = through(text);
    CHECK(header.streamId == "s");
    CHECK(header.timestampMs == 7);
    CHECK(header.topic == kTopicChat);
    CHECK(header.mimeType == "text/plain");
    CHECK(header.totalLength == 5u);
    CHECK(header.attributes == text.attributes);
    CHECK(header.text);
    CHECK(header.replyTo == "r");
    CHECK(header.inlineContent == toWire("hello"));
    CHECK(header.compression == 1);
    const auto bytes = through(StreamHeader{});
    CHECK_FALSE(bytes.text);
    CHECK_FALSE(bytes.totalLength);
    CHECK_FALSE(bytes.inlineContent);

    const auto chunk = through(StreamChunk{"s", 3, toWire("abc")});
    CHECK(chunk.streamId == "s");
    CHECK(chunk.index == 3);
    CHECK(chunk.content == toWire("abc"));
    const auto trailer = through(StreamTrailer{"s", "cancelled"});
    CHECK(trailer.streamId == "s");
    CHECK(trailer.reason == "cancelled");
    (void)through(OtherData{});
}

TEST_CASE("a stamp tells the true sender, whatever the packet says", "[signal]") {
    DataPacket packet;
    packet.sender = base::Identity("somebody else");
    packet.senderSid = base::ParticipantSid("PA_else");
    packet.sequence = 9;
    packet.kind = DataKind::reliable;
    packet.value = UserData{"t", toWire("x"), {}};
    const auto stamped = stampDataPacket(encodeDataPacket(packet), kAna, kAnaSid);
    REQUIRE(stamped);
    CHECK(stamped->kind == DataKind::reliable);
    CHECK(stamped->sequence == 9);
    CHECK(stamped->destinations.empty());
    CHECK_FALSE(stamped->isChat);
    const auto back = decodeDataPacket(stamped->bytes);
    REQUIRE(back);
    CHECK(back->sender == kAna);
    CHECK(back->senderSid == kAnaSid);
    // Old clients look into the user packet itself.
    const auto old = toWire(bytesField(2, bytesField(1, "PA_else") + bytesField(5, "somebody else") + bytesField(2, "payload")));
    const auto again = stampDataPacket(old, kAna, kAnaSid);
    REQUIRE(again);
    CHECK(fromWire(again->bytes).find("else") == std::string::npos);
    CHECK(fromWire(again->bytes).find("payload") != std::string::npos);
}

TEST_CASE("a stamp keeps what it does not know", "[signal]") {
    const auto rpc = bytesField(10, "an rpc request") + bytesField(500, "from the future");
    const auto stamped = stampDataPacket(toWire(rpc), kAna, kAnaSid);
    REQUIRE(stamped);
    CHECK(fromWire(stamped->bytes).find("an rpc request") != std::string::npos);
    CHECK(fromWire(stamped->bytes).find("from the future") != std::string::npos);
    const auto back = decodeDataPacket(stamped->bytes);
    REQUIRE(back);
    CHECK(std::holds_alternative<OtherData>(back->value));
    CHECK(back->sender == kAna);
}

TEST_CASE("destinations are found in both places", "[signal]") {
    const auto outside = stampDataPacket(toWire(bytesField(5, "bob") + bytesField(2, bytesField(2, "x"))), kAna, kAnaSid);
    REQUIRE(outside);
    CHECK(outside->destinations == std::vector{base::Identity("bob")});
    const auto inside = stampDataPacket(toWire(bytesField(2, bytesField(2, "x") + bytesField(6, "cid"))), kAna, kAnaSid);
    REQUIRE(inside);
    CHECK(inside->destinations == std::vector{base::Identity("cid")});
}

TEST_CASE("a packet addressed only in the old way is refused, not told to everybody", "[signal]") {
    const auto stamped = stampDataPacket(toWire(bytesField(2, bytesField(2, "secret") + bytesField(3, "PA_bob"))), kAna, kAnaSid);
    REQUIRE_FALSE(stamped);
    CHECK(stamped.error().code == "data_malformed");
    CHECK(stampDataPacket(toWire(bytesField(5, "bob") + bytesField(2, bytesField(2, "x") + bytesField(3, "PA_bob"))), kAna, kAnaSid));
}

TEST_CASE("chat is recognised for its rate limit", "[signal]") {
    const auto isChat = [](decltype(DataPacket::value) value) {
        DataPacket packet;
        packet.value = std::move(value);
        return stampDataPacket(encodeDataPacket(packet), kAna, kAnaSid)->isChat;
    };
    CHECK(isChat(ChatData{"1", 1, std::nullopt, "hi", false, false}));
    StreamHeader header;
    header.topic = kTopicChat;
    CHECK(isChat(header));
    header.topic = "lk.other";
    CHECK_FALSE(isChat(header));
    CHECK_FALSE(isChat(UserData{kTopicChat, {}, {}}));
}

TEST_CASE("a data packet of the largest size is read, one more byte is not", "[signal]") {
    const auto ofSize = [](std::size_t size) {
        std::string payload(size - 20, 'x');
        auto bytes = bytesField(2, bytesField(2, payload));
        while (bytes.size() < size) bytes = bytesField(2, bytesField(2, payload += 'x'));
        REQUIRE(bytes.size() == size);
        return toWire(bytes);
    };
    CHECK(decodeDataPacket(ofSize(kMaxDataPacket)));
    CHECK(stampDataPacket(ofSize(kMaxDataPacket), kAna, kAnaSid));
    CHECK(decodeDataPacket(ofSize(kMaxDataPacket + 1)).error().code == "data_too_large");
    CHECK(stampDataPacket(ofSize(kMaxDataPacket + 1), kAna, kAnaSid).error().code == "data_too_large");
}

TEST_CASE("too many destinations or attributes, and damaged bytes, are refused", "[signal]") {
    const auto to = [](std::size_t count) {
        std::string bytes;
        for (std::size_t i = 0; i < count; ++i) bytes += bytesField(5, "b");
        return decodeDataPacket(toWire(bytes)).has_value();
    };
    CHECK(to(1024));
    CHECK_FALSE(to(1025));
    const auto attributes = [](std::size_t count) {
        StreamHeader header;
        for (std::size_t i = 0; i < count; ++i) header.attributes[std::to_string(i)] = "v";
        DataPacket packet;
        packet.value = header;
        return decodeDataPacket(encodeDataPacket(packet)).has_value();
    };
    CHECK(attributes(64));
    CHECK_FALSE(attributes(65));
    CHECK(decodeDataPacket(toWire("\x12\x05" "ab")).error().code == "data_malformed");
    CHECK(decodeDataPacket(base::ByteView{}).has_value());
}
