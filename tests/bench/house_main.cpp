// SPDX-License-Identifier: Apache-2.0
// The house under load, for run.py. Times in milliseconds, one JSON line on standard output.
//   parlour_bench_house crowd HOST_LINK LISTENER_LINK PEOPLE SECONDS COMMANDS
//       people redeem, then join on signalling (no media) within SECONDS while the host commands; then COMMANDS more
//   parlour_bench_house seed STORE MEMBERS      a tree of members with links below the owner that STORE has
//   parlour_bench_house pages HOME URL ROUNDS PATH...   the house's lists, as the person in HOME reads them
#include <cstdio>
#include <deque>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/house/membership.h"
#include "core/net/event_loop.h"
#include "core/net/websocket.h"
#include "core/room/house_client.h"
#include "core/signal/codec.h"

using namespace parlour;
using namespace std::chrono_literals;
using Json = nlohmann::json;

namespace {

constexpr int kRedeemsAtOnce = 32;
constexpr auto kPatience = 240s;
constexpr auto kCommandGap = 100ms;

double ms(base::Duration d) { return std::chrono::duration<double, std::milli>(d).count(); }

[[noreturn]] void stop(const std::string& why) {
    std::fprintf(stderr, "parlour_bench_house: %s\n", why.c_str());
    std::exit(1);
}

struct One {
    room::PersonKeys keys = room::PersonKeys::fresh();
    std::unique_ptr<room::HouseClient> client;
    api::Redeemed in;
    net::Pending connecting;
    std::shared_ptr<net::WebSocket> channel;
    base::TimePoint asked{};
    double joinedAfter = -1;
    std::size_t messages = 0, bytes = 0;
    bool lost = false;
};

class Crowd {
  public:
    Crowd(const std::string& host, const std::string& listener, int people) : m_hostLink(link(host)), m_listenerLink(link(listener)) {
        for (int i = 0; i <= people; ++i) m_people.push_back(std::make_unique<One>());
    }

    Json run(base::Duration joining, int commands) {
        const auto before = m_loop.clock().now();
        for (int i = 0; i < kRedeemsAtOnce; ++i) redeemNext();
        until([&] { return m_redeemed + 1 == m_people.size(); }, "the redeems");
        const double redeeming = ms(m_loop.clock().now() - before);
        // The host comes last: the house lets people without media go after a minute, and the redeems may last longer.
        redeem(0, m_hostLink);
        until([&] { return m_redeemed == m_people.size(); }, "the host");
        join(0);
        until([&] { return m_joined == 1; }, "the host in the room");

        const auto start = m_loop.clock().now();
        const auto gap = joining / static_cast<int>(m_people.size());
        for (std::size_t i = 1; i < m_people.size(); ++i)
            m_timers.push_back(m_loop.postAfter(gap * static_cast<int>(i), [this, i] { join(i); }));
        m_stopAfter = 0;
        commandAfter(0ms, &m_during, kCommandGap);
        until([&] { return m_joined + m_refused >= m_people.size(); }, "the joins");
        const double joiningMs = ms(m_loop.clock().now() - start);
        m_stopAfter = -1;
        until([&] { return !m_commanding; }, "the last command");
        // What the joins caused is read before the commands are measured.
        m_loop.runUntil([] { return false; }, 2s);
        m_stopAfter = commands;
        commandAfter(0ms, &m_after, 0ms);
        until([&] { return static_cast<int>(m_after.size()) >= commands; }, "the commands");

        Json joined = Json::array();
        std::size_t lost = 0, messages = 0, bytes = 0;
        for (std::size_t i = 1; i < m_people.size(); ++i) {
            if (m_people[i]->joinedAfter >= 0) joined.push_back(m_people[i]->joinedAfter);
            lost += m_people[i]->lost || m_people[i]->joinedAfter < 0;
            messages += m_people[i]->messages;
            bytes += m_people[i]->bytes;
        }
        return {{"redeeming_ms", redeeming}, {"joining_ms", joiningMs}, {"joins", joined}, {"lost", lost}, {"during", m_during}, {"after", m_after},
                {"came_again", m_cameAgain}, {"messages", messages}, {"bytes", bytes}, {"errors", m_errors}};
    }

  private:
    static signal::InviteLink link(const std::string& text) {
        auto parsed = signal::InviteLink::parse(text);
        if (!parsed) stop("not a link: " + text);
        return *parsed;
    }
    void until(const std::function<bool()>& done, const char* what) {
        if (!m_loop.runUntil(done, kPatience)) stop(std::string("waited too long for ") + what + " " + Json(m_errors).dump());
    }
    void redeemNext() {
        if (m_nextRedeem < m_people.size()) redeem(m_nextRedeem++, m_listenerLink);
    }
    void redeem(std::size_t i, const signal::InviteLink& with) {
        auto& one = *m_people[i];
        one.client = std::make_unique<room::HouseClient>(m_loop, one.keys, room::HouseAddress{with.origin(), with.pin()});
        one.client->redeem(with.id(), with.secret(), "Person " + std::to_string(i), [this, i](base::Result<api::Redeemed> in) {
            if (!in && in.error().code == "arriving") return comeAgain(in.error().detail.empty() ? 1 : std::stoi(in.error().detail), [this, i] { redeem(i, m_listenerLink); });
            if (!in) stop(base::describe(in.error()));
            m_people[i]->in = std::move(*in);
            ++m_redeemed;
            redeemNext();
        });
    }
    /// As the clients do: after the time that the front door names, and not all in the same moment.
    void comeAgain(int seconds, std::function<void()> again) {
        ++m_cameAgain;
        const auto wait = std::chrono::milliseconds(1000 * seconds + static_cast<int>(m_cameAgain * 37 % (250 * static_cast<unsigned>(seconds))));
        m_timers.push_back(m_loop.postAfter(wait, std::move(again)));
    }
    void join(std::size_t i) {
        auto& one = *m_people[i];
        if (one.asked == base::TimePoint{}) one.asked = m_loop.clock().now();
        net::WebSocketRequest request;
        request.url = net::Url::parse(one.in.join.url)->at("/rtc", net::formatQuery({{"protocol", std::to_string(signal::kProtocolVersion)}, {"sdk", "cpp"}}));
        request.headers["Authorization"] = "Bearer " + one.in.join.token;
        one.connecting = net::connectWebSocket(m_loop, std::move(request),
                                               {[this, i](std::shared_ptr<net::WebSocket> channel) { opened(i, std::move(channel)); },
                                                [this, i](net::WebSocketRefusal refusal) {
                                                    if (refusal.status == 503 && refusal.retryAfterS > 0)
                                                        return comeAgain(refusal.retryAfterS, [this, i] { join(i); });
                                                    ++m_refused;
                                                    m_people[i]->lost = true;
                                                    ++m_errors[refusal.error.code + " " + std::to_string(refusal.status)];
                                                }});
    }
    void opened(std::size_t i, std::shared_ptr<net::WebSocket> channel) {
        auto& one = *m_people[i];
        one.channel = std::move(channel);
        one.channel->onMessage([this, i](base::ByteView bytes) {
            auto& who = *m_people[i];
            ++who.messages;
            who.bytes += bytes.size();
            if (who.joinedAfter >= 0) return;  // only the join response matters here
            who.joinedAfter = ms(m_loop.clock().now() - who.asked);
            ++m_joined;
        });
        one.channel->onClosed([this, i](int code, std::string reason) {
            auto& who = *m_people[i];
            // These people have no media: the house waits a minute for it, then lets them go.
            if (who.joinedAfter >= 0 && ms(m_loop.clock().now() - who.asked) - who.joinedAfter > 55'000) return;
            if (who.joinedAfter < 0) ++m_refused;
            who.lost = true;
            ++m_errors["closed " + std::to_string(code) + " " + reason];
        });
    }

    /// The host's orders in turn: each changes something, so each is committed and told to the room.
    void commandAfter(base::Duration wait, std::vector<double>* into, base::Duration gap) {
        m_commanding = true;
        m_timers.push_back(m_loop.postAfter(wait, [this, into, gap] {
            if (m_stopAfter < 0 || (m_stopAfter > 0 && static_cast<int>(into->size()) >= m_stopAfter)) {
                m_commanding = false;
                return;
            }
            api::StageCommand command;
            command.verb = api::StageVerb::lockHands;
            command.on = m_count++ % 2 == 0;
            const auto asked = m_loop.clock().now();
            m_people[0]->client->stage(m_people[0]->in.join.room, command, [this, into, gap, asked](base::Result<api::StageAnswer> answer) {
                if (!answer) ++m_errors["command " + answer.error().code];
                into->push_back(ms(m_loop.clock().now() - asked));
                commandAfter(gap, into, gap);
            });
        }));
        while (m_timers.size() > 4 * m_people.size()) m_timers.pop_front();
    }

    net::EventLoop m_loop;
    const signal::InviteLink m_hostLink, m_listenerLink;
    std::vector<std::unique_ptr<One>> m_people;
    std::deque<base::Timer> m_timers;
    std::size_t m_nextRedeem = 1, m_redeemed = 0, m_joined = 0, m_refused = 0, m_cameAgain = 0;
    std::vector<double> m_during, m_after;
    std::map<std::string, int> m_errors;
    int m_stopAfter = 0, m_count = 0;
    bool m_commanding = false;
};

/// Ten children each, so the tree is five deep; every member made some links and used up others.
void seed(const std::string& where, int count) {
    auto store = house::Store::open(where);
    if (!store) stop(base::describe(store.error()));
    const auto now = base::SystemClock().wallNow();
    const auto name = [](int n) { return "Member " + std::to_string(n); };
    constexpr int kTogether = 1000;
    base::Identity root;
    const auto id = [&](int n) { return n == 0 ? root : base::Identity("bench" + std::to_string(n)); };
    for (int from = 1; from <= count; from += kTogether) {
        const auto done = (*store)->transact([&]() -> base::Result<void> {
            house::MemberStore members(**store);
            if (root.empty()) root = members.owner().value_or(house::HouseMember{}).identity;
            for (int n = from; n < from + kTogether && n <= count; ++n) {
                const int parent = (n - 1) / 10;
                api::InvitationWish wish;
                wish.uses = n % 3 == 0 ? 2 : 1;
                auto link = house::makeInvitation({}, wish, id(parent), {}, now);
                link.row.kind = api::InvitationKind::membership;
                link.row.used = 1;
                (*store)->putPerson({id(n), "00", name(n)}, now);
                (*store)->addInvitation(link.row);
                house::HouseMember member;
                member.identity = id(n);
                member.handle = "member_" + std::to_string(n);
                member.invitedBy = id(parent);
                member.invitation = link.row.id;
                member.joined = now;
                member.granted = 2;
                members.put(member);
                (*store)->addRedeem(link.row.id, id(n), now);
                if (n % 20 == 0) (*store)->addAudit({now, {}, id(parent), "joined", id(n), {}});
            }
            return {};
        });
        if (!done) stop(base::describe(done.error()));
    }
}

Json pages(const std::string& home, const std::string& url, int rounds, const std::vector<std::string>& paths) {
    auto keys = room::PersonKeys::open(home);
    const auto origin = signal::parseOrigin(url);
    if (!keys || !origin) stop("no person in " + home + ", or no house at " + url);
    net::EventLoop loop;
    room::HouseClient client(loop, *keys, {*origin, {}});
    Json out;
    for (const auto& path : paths)
        for (int i = 0; i <= rounds; ++i) {
            std::optional<base::Result<std::string>> answer;
            const auto asked = loop.clock().now();
            client.request(path, {}, false, [&](base::Result<std::string> text) { answer.emplace(std::move(text)); });
            if (!loop.runUntil([&] { return answer.has_value(); }, 60s)) stop("no answer to " + path);
            if (!*answer) stop(path + ": " + base::describe(answer->error()));
            if (i == 0) out[path]["bytes"] = (*answer)->size();  // the first one also signs in
            else out[path]["ms"].push_back(ms(loop.clock().now() - asked));
        }
    return out;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    if (words.size() == 6 && words[0] == "crowd") {
        Crowd crowd(words[1], words[2], std::stoi(words[3]));
        std::cout << crowd.run(std::chrono::seconds(std::stoi(words[4])), std::stoi(words[5])).dump() << std::endl;
        std::_Exit(0);  // hundreds of polite goodbyes are not measured
    }
    if (words.size() == 3 && words[0] == "seed") {
        seed(words[1], std::stoi(words[2]));
        return 0;
    }
    if (words.size() >= 5 && words[0] == "pages") {
        std::cout << pages(words[1], words[2], std::stoi(words[3]), {words.begin() + 4, words.end()}).dump() << std::endl;
        return 0;
    }
    std::fprintf(stderr, "parlour_bench_house crowd|seed|pages …; see the source\n");
    return 2;
}
