// SPDX-License-Identifier: Apache-2.0
// People of a house as they show themselves, and what they do with each other: profile, picture, follow, block, wave, ping,
// notices; and the mailbox by which a person links a second computer. Plain values; paths are listed here and in docs/api.yaml.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.h"

namespace parlour::api {

inline constexpr std::size_t kMaxAboutCharacters = 500;
inline constexpr std::size_t kMaxPronounsCharacters = 40;
inline constexpr std::size_t kMaxProfileLinks = 5;
inline constexpr std::size_t kMaxProfileLinkBytes = 200;   ///< shown, never fetched
inline constexpr std::size_t kMaxWaveCharacters = 140;
inline constexpr std::string_view kAttrPicture = "parlour.picture";   ///< of a participant: Profile::pictureMs, "" = none
inline constexpr std::size_t kMaxPictureBytes = 1024 * 1024;   ///< of a file that is sent

// GET people/{id} (members) -> Profile. A person who blocked the asker, or whom the asker blocked, is "person_unknown".
struct Profile {
    base::Identity id;
    std::string name;
    std::string handle;
    std::string standing;              ///< member | admin | owner
    std::string about;
    std::string pronouns;
    std::vector<std::string> links;    ///< http or https
    std::int64_t joinedMs = 0;
    base::Identity invitedBy;          ///< empty = nobody
    std::string invitedByName;
    std::int64_t pictureMs = 0;        ///< when it was set; 0 = none. The picture: GET /people/ID/picture
    bool followed = false;             ///< by the asker
    bool blocked = false;              ///< by the asker; only in one's own list of blocks
    int followers = 0;
};
// POST profile : ProfileWish -> Profile. Absent = stays, empty = cleared (not the name).
struct ProfileWish {
    std::optional<std::string> name;
    std::optional<std::string> about;
    std::optional<std::string> pronouns;
    std::optional<std::vector<std::string>> links;
};
// POST profile/picture : PictureWish -> Profile. Empty = none any more. GET people/{id}/picture -> PictureWish (members), a JPEG
// of the house's making; nothing where one of the two has blocked the other.
struct PictureWish {
    std::string data;   ///< PNG, JPEG or WebP, base64url, at most 1 MiB before
};

// POST people/{id}/relation : RelationWish -> Profile
struct RelationWish {
    std::optional<bool> follow;
    std::optional<bool> block;   ///< hides both ways; also ends following both ways
};
// GET relations -> Relations : whom the asker follows and blocks
struct Relation {
    base::Identity id;
    std::string name;
    std::string handle;
    std::int64_t pictureMs = 0;   ///< as Profile::pictureMs
};
struct Relations {
    std::vector<Relation> follows;
    std::vector<Relation> blocks;
};

// POST people/{id}/wave : WaveWish -> Wave. A private "come talk"; at most one open wave to one person.
struct WaveWish {
    std::string text;   ///< may be empty
};
struct Wave {
    std::string id;
    base::Identity from;
    std::string fromName;
    base::Identity to;
    std::string toName;
    std::string text;
    std::int64_t atMs = 0;
    std::string state;   ///< open | talking | later | expired
    base::RoomId room;   ///< when talking
};
// GET waves -> Waves : open ones and those of the last day, both directions
struct Waves {
    std::vector<Wave> waves;
};
// POST waves/{id}/answer : WaveAnswer -> Wave. The first yes opens a room for the two.
struct WaveAnswer {
    std::string answer;   ///< yes | later
};

// POST rooms/{room}/ping : PingWish -> Nothing. Tells a member about a running room one is in.
struct PingWish {
    base::Identity who;
};
// GET notices?after=N -> Notices : what happened for the asker, oldest first, at most 200
struct Notice {
    std::int64_t n = 0;
    std::string kind;    ///< wave | wave_answered | ping | followed | event_moved | event_cancelled | event_late | event_reminder
    std::string object;  ///< wave, room or event id
    base::Identity from;
    std::string fromName;
    std::string text;
    std::int64_t atMs = 0;
    std::int64_t pictureMs = 0;   ///< of who it is from, as Profile::pictureMs
};
struct Notices {
    std::vector<Notice> notices;
};

// POST links : Nothing -> LinkSlot. A mailbox for ten minutes; the house cannot read what goes through it.
struct LinkSlot {
    std::string slot;
    std::int64_t expiresMs = 0;
};
// POST links/{slot} (open) : LinkMessage -> Nothing ; GET links/{slot}?after=N (open) -> LinkMessages
struct LinkMessage {
    std::string from;   ///< old | new
    std::string text;
};
struct LinkMessages {
    std::vector<LinkMessage> messages;
};

}  // namespace parlour::api
