// SPDX-License-Identifier: Apache-2.0
// Chat written through the house API: where the data channel is another server's (a house on LiveKit). Plain values.
#pragma once

#include <string>

namespace parlour::api {

// POST rooms/{room}/chat : ChatWish -> ChatAnswer, with its number. For those in the room; refusals as over the data channel.
struct ChatWish {
    std::string id;     ///< chosen by the writer; the same one sent again is not written twice
    std::string text;
};

/// Topics of data that the house sends to everybody through LiveKit. The room goes on under another name there: come with a new token.
inline constexpr const char* kTopicMoved = "parlour.moved";
/// Nothing; whether it gets through says whether the room is alive.
inline constexpr const char* kTopicProbe = "parlour.probe";

/// Room metadata: "house" where chat is written by the API only, and reactions are not counted.
inline constexpr const char* kMetaChat = "chat";
inline constexpr const char* kChatByHouse = "house";

}  // namespace parlour::api
