// SPDX-License-Identifier: Apache-2.0
// A crowd after one link, for redeem_race_test.py: for each link on standard input, N new people redeem it at the same time,
// and everybody whose answer got lost asks again, as the app does. Prints {"answered":K} from time to time and at the end
// {"ok":[IDENTITY…],"refused":{CODE:COUNT…}}.
//   parlour_crowd N
#include <cstdio>
#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "core/net/event_loop.h"
#include "core/room/house_client.h"

using namespace parlour;
using namespace std::chrono_literals;

namespace {

constexpr auto kAgain = 200ms;
constexpr auto kPatience = 120s;

class Race {
  public:
    Race(net::EventLoop& loop, const signal::InviteLink& link, int people) : m_loop(loop), m_link(link) {
        for (int i = 0; i < people; ++i) m_keys.push_back(std::make_unique<room::PersonKeys>(room::PersonKeys::fresh()));
        m_clients.resize(m_keys.size());
    }
    void run() {
        for (std::size_t i = 0; i < m_keys.size(); ++i) m_loop.post([this, i] { ask(i); });
        const bool all = m_loop.runUntil([&] { return m_answered == m_keys.size(); }, kPatience);
        nlohmann::json out{{"ok", m_in}, {"refused", m_refused}, {"all", all}, {"lost", m_lost}};
        std::cout << out.dump() << std::endl;
    }

  private:
    void ask(std::size_t i) {
        m_clients[i] = std::make_unique<room::HouseClient>(m_loop, *m_keys[i], room::HouseAddress{m_link.origin(), m_link.pin()});
        m_clients[i]->redeem(m_link.id(), m_link.secret(), "Racer " + std::to_string(i), [this, i](base::Result<api::Redeemed> result) {
            const bool lost = !result && result.error().kind != base::ErrorKind::exhausted;
            if (lost) {
                ++m_lost[result.error().code];
                m_timers.push_back(m_loop.postAfter(kAgain, [this, i] { ask(i); }));
                return;
            }
            if (result) m_in.insert(result->identity.str());
            else ++m_refused[result.error().code];
            if (++m_answered % 10 == 0) std::cout << "{\"answered\":" << m_answered << "}" << std::endl;
        });
    }

    net::EventLoop& m_loop;
    const signal::InviteLink m_link;
    std::vector<std::unique_ptr<room::PersonKeys>> m_keys;
    std::vector<std::unique_ptr<room::HouseClient>> m_clients;
    std::vector<base::Timer> m_timers;
    std::size_t m_answered = 0;
    std::set<std::string> m_in;
    std::map<std::string, int> m_refused, m_lost;
};

}  // namespace

int main(int argc, char** argv) {
    const int people = argc == 2 ? std::atoi(argv[1]) : 0;
    if (people < 1) {
        std::fprintf(stderr, "parlour_crowd N\n");
        return 2;
    }
    net::EventLoop loop;
    for (std::string line; std::getline(std::cin, line);) {
        const auto link = signal::InviteLink::parse(line);
        if (!link) {
            std::fprintf(stderr, "not a link: %s\n", line.c_str());
            return 2;
        }
        Race race(loop, *link, people);
        race.run();
    }
}
