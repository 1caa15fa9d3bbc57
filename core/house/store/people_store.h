// SPDX-License-Identifier: Apache-2.0
// What people of a house show and what they do with each other: profiles, pictures, follows, blocks, waves, notices. Over a
// Store, inside transact() only; house thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/byte_io.h"
#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/house/store/store.h"

namespace parlour::house {

struct ProfileRow {
    std::string about;
    std::string pronouns;
    std::vector<std::string> links;
    std::int64_t pictureMs = 0;   ///< 0 = no picture
};

enum class WaveState { open, talking, later };
struct WaveRow {
    std::string id;
    base::Identity from;
    base::Identity to;
    std::string text;
    base::WallTime at{};
    WaveState state = WaveState::open;
    base::RoomId room;
};
std::string_view toString(WaveState state);

struct NoticeRow {
    std::int64_t n = 0;          ///< per person, from 1
    std::string kind;
    std::string object;
    base::Identity from;
    std::string text;
    base::WallTime at{};
};

class PeopleStore {
  public:
    static constexpr int kMaxNotices = 200;   ///< kept per person; the oldest go

    explicit PeopleStore(Store& store) : m_store(store) {}

    ProfileRow profile(const base::Identity& who);
    void putProfile(const base::Identity& who, const ProfileRow& row);   ///< not the picture
    /// A JPEG; empty removes it.
    void setPicture(const base::Identity& who, base::ByteView jpeg, base::WallTime at);
    std::optional<base::Bytes> picture(const base::Identity& who);
    long long pictureMs(const base::Identity& who);   ///< when it was set, 0 = none

    void follow(const base::Identity& who, const base::Identity& whom, bool on, base::WallTime at);
    /// Also ends following both ways.
    void block(const base::Identity& who, const base::Identity& whom, bool on, base::WallTime at);
    bool follows(const base::Identity& who, const base::Identity& whom);
    bool blocks(const base::Identity& who, const base::Identity& whom);
    /// Either blocked the other.
    bool hidden(const base::Identity& one, const base::Identity& other) { return blocks(one, other) || blocks(other, one); }
    int followers(const base::Identity& whom);
    std::vector<base::Identity> followsOf(const base::Identity& who);
    std::vector<base::Identity> blocksOf(const base::Identity& who);
    /// Everybody followed by one of these.
    std::vector<base::Identity> followedBy(const std::vector<base::Identity>& who);

    void addWave(const WaveRow& wave);
    std::optional<WaveRow> wave(const std::string& id);
    std::optional<WaveRow> openWave(const base::Identity& from, const base::Identity& to, base::WallTime since);
    void setWave(const std::string& id, WaveState state, const base::RoomId& room);
    /// Of this person, either way, not older than `since`; newest first.
    std::vector<WaveRow> wavesOf(const base::Identity& who, base::WallTime since);

    void addNotice(const base::Identity& who, NoticeRow notice);
    std::vector<NoticeRow> notices(const base::Identity& who, std::int64_t after);

    /// Everything of this person goes.
    void forget(const base::Identity& who);

  private:
    Store& m_store;
};

}  // namespace parlour::house
