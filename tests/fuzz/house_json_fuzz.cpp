// SPDX-License-Identifier: Apache-2.0
// LINK: parlour_api parlour_house
// Bodies of the house API, those that clients send and those that a foreign house may answer: whatever comes, no crash; what is
// accepted is written and read back the same. The first byte says which; new ones stand at the end, so that seeds stay what they are.
#include <cstdlib>

#include "core/api/arrival_types.h"
#include "core/api/audit_types.h"
#include "core/api/chat_types.h"
#include "core/api/chat_write.h"
#include "core/api/desk_types.h"
#include "core/api/guest_types.h"
#include "core/api/house_json.h"
#include "core/api/member_types.h"
#include "core/api/people_types.h"
#include "core/api/person_types.h"
#include "core/api/question_types.h"
#include "core/api/report_types.h"
#include "core/api/schedule_types.h"
#include "core/house/display_name.h"
#include "core/house/look_alike.h"

using namespace parlour;

namespace {

template <class T>
void roundTrip(std::string_view text) {
    const auto first = api::fromJson<T>(text);
    if (!first) return;
    const std::string written = api::toJson(*first);
    const auto second = api::fromJson<T>(written);
    if (!second || api::toJson(*second) != written) std::abort();
}

/// Names, and an error of a house.
void words(std::string_view text) {
    roundTrip<api::ErrorBody>(text);
    const std::string clean = house::cleanText(text, 64, 256);
    if (clean.size() > 256 || house::countCharacters(clean) > 64 || house::cleanText(clean, 64, 256) != clean) std::abort();
    if (!clean.empty() && house::skeleton(clean).empty()) std::abort();
    if (house::plainLatin(house::plainLatin(clean)) != house::plainLatin(clean)) std::abort();
}

constexpr void (*kReaders[])(std::string_view) = {
    roundTrip<api::ChallengeRequest>, roundTrip<api::PreviewRequest>, roundTrip<api::RedeemRequest>,
    roundTrip<api::LoginRequest>, roundTrip<api::TokenRequest>, roundTrip<api::StageCommand>, roundTrip<api::InvitationWish>,
    roundTrip<api::RevokeWish>, roundTrip<api::Challenge>, roundTrip<api::Redeemed>, roundTrip<api::Hands>, words,
    // What people write.
    roundTrip<api::RoomWish>, roundTrip<api::InvitationOrder>, roundTrip<api::ApplicationWish>,
    roundTrip<api::ApplicationVerdict>, roundTrip<api::HouseInit>, roundTrip<api::HouseRules>, roundTrip<api::StandingWish>,
    roundTrip<api::GrantWish>, roundTrip<api::SuspendWish>, roundTrip<api::RemoveWish>, roundTrip<api::HandleWish>,
    roundTrip<api::ProfileWish>, roundTrip<api::PictureWish>, roundTrip<api::RelationWish>, roundTrip<api::WaveWish>,
    roundTrip<api::WaveAnswer>, roundTrip<api::PingWish>, roundTrip<api::LinkMessage>, roundTrip<api::EventWish>,
    roundTrip<api::EventChange>, roundTrip<api::EventMove>, roundTrip<api::EventCancel>, roundTrip<api::EventLate>,
    roundTrip<api::EventRsvp>, roundTrip<api::EventRemind>, roundTrip<api::EventVote>, roundTrip<api::RoomSettingsWish>,
    roundTrip<api::BanLift>, roundTrip<api::QuestionWish>, roundTrip<api::QuestionOrder>, roundTrip<api::ChatRulesWish>,
    roundTrip<api::ReportWish>, roundTrip<api::ReportResolve>, roundTrip<api::DeleteWish>, roundTrip<api::RekeyWish>,
    roundTrip<api::GuestSchedule>, roundTrip<api::GuestRemind>, roundTrip<api::GuestReady>,
    // What a house answers.
    roundTrip<api::Line>, roundTrip<api::WaitingList>, roundTrip<api::RoomLoad>, roundTrip<api::QuestionList>,
    roundTrip<api::QuestionAnswer>, roundTrip<api::ChatPage>, roundTrip<api::ChatAnswer>, roundTrip<api::Arrivals>,
    roundTrip<api::MemberPage>, roundTrip<api::Notices>, roundTrip<api::SchedulePage>, roundTrip<api::AuditEntry>,
    roundTrip<api::AuditHead>, roundTrip<api::ReactionsWish>, roundTrip<api::ReactionsAnswer>,
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    kReaders[data[0] % std::size(kReaders)](std::string_view(reinterpret_cast<const char*>(data) + 1, size - 1));
    return 0;
}
