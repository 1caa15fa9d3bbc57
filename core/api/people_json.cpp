// SPDX-License-Identifier: Apache-2.0
#include "core/api/json_shared.h"
#include "core/api/people_types.h"

namespace parlour::api {

template <class V, Same<Profile> T>
void describe(V& v, T& t) {
    v.field("id", t.id);
    v.field("name", t.name, Need::optional);
    v.field("handle", t.handle, Need::optional);
    v.field("standing", t.standing, Need::optional);
    v.field("about", t.about, Need::optional, kMaxAboutCharacters * 4);
    v.field("pronouns", t.pronouns, Need::optional);
    v.field("links", t.links, Need::optional, kMaxProfileLinkBytes);
    v.field("joined_ms", t.joinedMs, Need::optional);
    v.field("invited_by", t.invitedBy, Need::optional);
    v.field("invited_by_name", t.invitedByName, Need::optional);
    v.field("picture_ms", t.pictureMs, Need::optional);
    v.field("followed", t.followed, Need::optional);
    v.field("blocked", t.blocked, Need::optional);
    v.field("followers", t.followers, Need::optional);
}
template <class V, Same<ProfileWish> T>
void describe(V& v, T& t) {
    v.field("name", t.name, Need::optional, kMaxNameBytes * 4);
    v.field("about", t.about, Need::optional, kMaxAboutCharacters * 8);
    v.field("pronouns", t.pronouns, Need::optional);
    v.field("links", t.links, Need::optional, kMaxProfileLinkBytes * 2);
}
template <class V, Same<PictureWish> T>
void describe(V& v, T& t) {
    v.field("data", t.data, Need::optional, kMaxApiBody);
}
template <class V, Same<RelationWish> T>
void describe(V& v, T& t) {
    v.field("follow", t.follow);
    v.field("block", t.block);
}
template <class V, Same<Relation> T>
void describe(V& v, T& t) {
    v.field("id", t.id);
    v.field("name", t.name, Need::optional);
    v.field("handle", t.handle, Need::optional);
    v.field("picture_ms", t.pictureMs, Need::optional);
}
template <class V, Same<Relations> T>
void describe(V& v, T& t) {
    v.field("follows", t.follows);
    v.field("blocks", t.blocks);
}
template <class V, Same<WaveWish> T>
void describe(V& v, T& t) {
    v.field("text", t.text, Need::optional, kMaxWaveCharacters * 8);
}
template <class V, Same<Wave> T>
void describe(V& v, T& t) {
    v.field("id", t.id);
    v.field("from", t.from);
    v.field("from_name", t.fromName, Need::optional);
    v.field("to", t.to);
    v.field("to_name", t.toName, Need::optional);
    v.field("text", t.text, Need::optional, kMaxWaveCharacters * 8);
    v.field("at_ms", t.atMs, Need::optional);
    v.field("state", t.state);
    v.field("room", t.room, Need::optional);
}
template <class V, Same<Waves> T>
void describe(V& v, T& t) {
    v.field("waves", t.waves);
}
template <class V, Same<WaveAnswer> T>
void describe(V& v, T& t) {
    v.field("answer", t.answer);
}
template <class V, Same<PingWish> T>
void describe(V& v, T& t) {
    v.field("who", t.who);
}
template <class V, Same<Notice> T>
void describe(V& v, T& t) {
    v.field("n", t.n);
    v.field("kind", t.kind);
    v.field("object", t.object, Need::optional);
    v.field("from", t.from, Need::optional);
    v.field("from_name", t.fromName, Need::optional);
    v.field("text", t.text, Need::optional, 2048);
    v.field("at_ms", t.atMs, Need::optional);
    v.field("picture_ms", t.pictureMs, Need::optional);
}
template <class V, Same<Notices> T>
void describe(V& v, T& t) {
    v.field("notices", t.notices);
}
template <class V, Same<LinkSlot> T>
void describe(V& v, T& t) {
    v.field("slot", t.slot);
    v.field("expires_ms", t.expiresMs, Need::optional);
}
template <class V, Same<LinkMessage> T>
void describe(V& v, T& t) {
    v.field("from", t.from);
    v.field("text", t.text, Need::required, 2048);
}
template <class V, Same<LinkMessages> T>
void describe(V& v, T& t) {
    v.field("messages", t.messages);
}

PARLOUR_JSON(Profile)
PARLOUR_JSON(ProfileWish)
PARLOUR_JSON(PictureWish)
PARLOUR_JSON(RelationWish)
PARLOUR_JSON(Relations)
PARLOUR_JSON(WaveWish)
PARLOUR_JSON(Wave)
PARLOUR_JSON(Waves)
PARLOUR_JSON(WaveAnswer)
PARLOUR_JSON(PingWish)
PARLOUR_JSON(Notices)
PARLOUR_JSON(LinkSlot)
PARLOUR_JSON(LinkMessage)
PARLOUR_JSON(LinkMessages)

}  // namespace parlour::api
