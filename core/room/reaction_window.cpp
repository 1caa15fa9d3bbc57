// SPDX-License-Identifier: Apache-2.0
#include "core/room/reaction_window.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace parlour::room {

std::optional<ReactionWindow::Totals> ReactionWindow::read(std::string_view text) {
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_object()) return std::nullopt;
    Totals totals{};
    for (std::size_t i = 0; i < totals.size(); ++i)
        if (const auto found = json.find(api::kReactions[i]); found != json.end() && found->is_number_unsigned()) totals[i] = found->get<std::uint64_t>();
    return totals;
}

namespace {
constexpr std::uint64_t kMostAtOnce = 1'000'000;   // of one kind between two counts, for the sums
}

void ReactionWindow::begin(base::TimePoint now) {
    m_counts = {};
    m_news.clear();
    m_began = now;
    m_known = false;
}

void ReactionWindow::told(const Totals& totals, base::TimePoint now) {
    expire(now);
    const bool before = !std::exchange(m_known, true) && now - m_began < kFirstCount;
    News news{now, {}};
    for (std::size_t i = 0; i < totals.size(); ++i) {
        auto& count = m_counts[i];
        if (!before && totals[i] > count.total)
            news.more[i] = static_cast<std::uint32_t>(std::min(totals[i] - count.total, kMostAtOnce));
        count.total = totals[i];
        count.recent += news.more[i];
    }
    if (std::any_of(news.more.begin(), news.more.end(), [](auto more) { return more > 0; })) m_news.push_back(news);
}

void ReactionWindow::soFar(const Totals& totals, base::TimePoint now) {
    if (m_known) {
        for (std::size_t i = 0; i < totals.size(); ++i)
            if (totals[i] < m_counts[i].total) return;
        return told(totals, now);
    }
    m_known = true;
    for (std::size_t i = 0; i < totals.size(); ++i) m_counts[i].total = totals[i];
}

void ReactionWindow::expire(base::TimePoint now) {
    while (!m_news.empty() && now - m_news.front().at >= kRecent) {
        for (std::size_t i = 0; i < m_counts.size(); ++i) m_counts[i].recent -= m_news.front().more[i];
        m_news.pop_front();
    }
}

base::TimePoint ReactionWindow::nextDue() const { return m_news.empty() ? base::kNever : m_news.front().at + kRecent; }

}  // namespace parlour::room
