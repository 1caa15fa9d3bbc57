// SPDX-License-Identifier: Apache-2.0
// In by a house: what it answers to a link or to a person who has a place there.
#include "core/api/guest_types.h"
#include "core/net/interfaces.h"
#include "core/net/url.h"
#include "core/room/entrance.h"

namespace parlour::room {
namespace {

constexpr std::size_t kMaxAddresses = 6;

class HouseEntrance final : public Entrance {
  public:
    HouseEntrance(net::EventLoop& loop, PersonKeys& keys, HouseAddress address, std::string name)
        : m_address(address), m_house(loop, keys, std::move(address)), m_name(std::move(name)) {}

    void arrive(Answer answer) override {
        if (!m_room.empty() || !m_link) return enterRoom(std::move(answer));
        m_house.redeem(m_link->id(), m_link->secret(), m_name, [this, answer = std::move(answer)](base::Result<api::Redeemed> redeemed) {
            if (!redeemed) return answer(base::Unexpected<base::Error>(std::move(redeemed).error()));
            const bool guest = redeemed->kind == api::InvitationKind::guest ||
                               (redeemed->kind == api::InvitationKind::listener && redeemed->role == api::Role::speaker);   // with the code
            if (guest) return enterAsGuest(redeemed->join, answer);
            answer(redeemed->join);
        });
    }
    void renew(const base::RoomId& room, Answer answer) override { m_house.token(room, {{}, {}}, std::move(answer)); }
    bool renews() const override { return true; }
    void refreshed(const std::string&) override {}
    base::Error refusal(const SignalEnd& end) const override { return end.error; }
    HouseClient* house() override { return &m_house; }
    std::string pinFor(const std::string& url) const override {
        const auto parsed = net::Url::parse(url);
        if (!parsed) return {};
        const auto& own = m_address.origin;
        return signal::Origin{parsed->isSecure(), parsed->host, parsed->port} == own ? m_address.pin : std::string();
    }
    bool awaitsShow() const override { return m_awaitsShow; }

    /// Loopback for a server on this computer, else the addresses others can reach.
    std::vector<base::IpAddress> addresses() const override {
        std::vector<base::IpAddress> out;
        if (m_address.origin.isLoopback()) {
            out.push_back(base::IpAddress::v4({127, 0, 0, 1}));
            if (const auto six = base::IpAddress::parse("::1")) out.push_back(*six);
            return out;
        }
        for (const auto& local : net::localAddresses())
            if (out.size() < kMaxAddresses) out.push_back(local.ip);
        return out;
    }

    std::optional<signal::InviteLink> m_link;   ///< none: the person has a place in the room
    base::RoomId m_room;

  private:
    /// Until the audience is in, a guest meets delegate and hosts in the green room; from then on the link leads on stage.
    void enterAsGuest(const api::JoinGrant& stage, Answer answer) {
        m_house.get<api::RoomGuest>("/rooms/" + stage.room.str() + "/guest",
                                    [this, stage, answer = std::move(answer)](base::Result<api::RoomGuest> guest) {
                                        if (!guest || guest->greenRoom.empty() || guest->started) return answer(stage);
                                        m_room = guest->greenRoom;
                                        m_awaitsShow = true;
                                        m_name.clear();   // the seat carries the name that the host gave it
                                        enterRoom(answer);
                                    });
    }
    void enterRoom(Answer answer) { m_house.token(m_room, {{}, m_name}, std::move(answer)); }

    HouseAddress m_address;
    HouseClient m_house;
    std::string m_name;
    bool m_awaitsShow = false;
};

}  // namespace

std::unique_ptr<Entrance> byLink(net::EventLoop& loop, PersonKeys& keys, const signal::InviteLink& link, std::string name) {
    auto entrance = std::make_unique<HouseEntrance>(loop, keys, HouseAddress{link.origin(), link.pin()}, std::move(name));
    entrance->m_link = link;
    return entrance;
}

std::unique_ptr<Entrance> byPlace(net::EventLoop& loop, PersonKeys& keys, const HouseAddress& house, const base::RoomId& room,
                                  std::string name) {
    auto entrance = std::make_unique<HouseEntrance>(loop, keys, house, std::move(name));
    entrance->m_room = room;
    return entrance;
}

}  // namespace parlour::room
