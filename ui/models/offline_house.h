// SPDX-License-Identifier: Apache-2.0
// The houses of the offline twin: members, invitations, talks and the like that only this object knows. It reads and writes the
// house's own JSON (core/api), so that pages speak the same language to it as to a real one.
// Thread: UI; answers come from inside the call.
#pragma once

#include <QJsonArray>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/api/audit_types.h"
#include "core/api/desk_types.h"
#include "core/api/guest_types.h"
#include "core/api/member_types.h"
#include "core/api/people_types.h"
#include "core/api/question_types.h"
#include "core/api/report_types.h"
#include "core/base/doors/clock.h"
#include "ui/models/house_client.h"

namespace parlour::ui {

class OfflineHouse final : public HouseClient {
  public:
    explicit OfflineHouse(const base::Clock& clock);
    void request(const std::string& house, const std::string& path, const std::string& body,
                 std::function<void(base::Result<std::string>)> done) override;
    void signTerms(const std::string& house, const std::string& view, int version,
                   std::function<void(base::Result<std::string>)> done) override;

    struct Asked {
        std::string path;
        std::string body;
    };
    std::vector<Asked> asked;      ///< every request, in order
    int refuseAfter = -1;          ///< orders of invitations after which the next one is refused
    base::Error failure;           ///< what every request answers while it has a code

    // What is in the house; tests and scenes change it as they like.
    api::Whoami me;
    api::HouseRules rules;
    std::vector<api::Member> members;
    std::vector<api::InvitationEntry> invitations;
    std::vector<api::Application> applications;
    std::vector<api::RoomSummary> rooms;
    std::vector<api::GuestView> guests;
    std::vector<api::Report> reports;
    std::vector<api::AuditEntry> audit;
    QJsonArray talks;              ///< of the calendar
    std::map<std::string, api::Profile> profiles;   ///< what goes beyond Member
    api::RoomSettings settings;                     ///< of every room
    std::vector<api::BanInfo> bans;
    std::vector<api::Question> questions;           ///< of the room one is in, as its desk sees them
    int agreedLeft = 0;                             ///< agreed with the guest, not on the desk yet
    bool atDesk = false;                            ///< one screens
    std::function<void()> onQuestions;              ///< the desk changed
    std::function<std::string(const base::Identity&)> takeNote;  ///< a raised hand goes down; answers its note
    struct Inside {
        std::string link;   ///< by which somebody in the room came
        int minutesAgo = 0;
    };
    std::vector<Inside> inside;
    std::vector<api::Notice> notices;
    std::vector<api::Wave> waves;
    std::map<std::string, std::string> pictures;    ///< base64url, by person
    std::vector<std::string> pinged;
    std::optional<api::RoomGuest> roomGuest;                 ///< of the room one is in
    std::function<void(const api::StageCommand&)> onStage;   ///< a command of the stage that came as a request

    /// `count` members of whom the first are those of the pictures.
    void fillMembers(int count);
    void fillInvitations(int count);
    void fillGuests();
    void fillTalks();
    void fillQuestions();
    void fillNotices();
    /// A picture for this person: two colours, made from the id.
    std::int64_t paint(const std::string& id);
    /// Of each second member.
    void fillPictures();
    void seatGuest();   ///< a guest on agreed terms is in the room
    /// A house whose owner is alone.
    void clear();
    bool has(const std::string& path) const;   ///< was asked, with or without a query

  private:
    struct Call {
        std::vector<std::string> parts;               ///< of the path
        std::map<std::string, std::string> query;
        std::string body;
        std::string value(const std::string& name) const;
    };
    using Handler = std::function<base::Result<std::string>(const Call&)>;
    void route(const std::string& pattern, Handler handler) { m_routes.emplace_back(pattern, std::move(handler)); }
    void addMembers();
    void addInvitations();
    void addPeople();
    void addGuests();
    void addTalks();
    void addSafety();
    void addDesk();
    void addQuestions();
    void addNotices();
    base::Result<std::string> answer(const std::string& path, const std::string& body) const;
    api::Member* member(const std::string& id);
    std::int64_t ago(std::chrono::minutes minutes) const;

    const base::Clock& m_clock;
    std::vector<std::pair<std::string, Handler>> m_routes;   ///< "POST members/*/suspend"
    int m_serial = 0;
};

}  // namespace parlour::ui
