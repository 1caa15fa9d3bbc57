// SPDX-License-Identifier: Apache-2.0
#include "core/crypto/hash_chain.h"

#include "tests/support/catch.h"

using namespace parlour;
using crypto::ChainCheck;

namespace {

struct Row {
    std::uint64_t n;
    std::string words;
    std::string hash;
};
std::vector<Row> chain(int count) {
    std::vector<Row> out;
    std::string last;
    for (int i = 1; i <= count; ++i) {
        const std::string words = "row " + std::to_string(i);
        last = crypto::chainHash(last, base::asBytes(words));
        out.push_back({static_cast<std::uint64_t>(i), words, last});
    }
    return out;
}
std::optional<ChainCheck::Found> walk(const std::vector<Row>& rows, const Row& head) {
    ChainCheck check({});
    for (const auto& row : rows) check.add(row.n, base::asBytes(row.words), row.hash);
    check.finish({head.n, head.hash});
    return check.found();
}

}  // namespace

TEST_CASE("a whole chain is good, an empty one too", "[crypto]") {
    const auto rows = chain(20);
    CHECK_FALSE(walk(rows, rows.back()));
    CHECK_FALSE(walk({}, {0, {}, {}}));
    ChainCheck later({5, rows[4].hash});
    for (std::size_t i = 5; i < rows.size(); ++i) CHECK(later.add(rows[i].n, base::asBytes(rows[i].words), rows[i].hash));
    CHECK(later.finish({20, rows[19].hash}));
}

TEST_CASE("every change, gap, doubled row and cut end of a chain is found where it is", "[crypto]") {
    const auto rows = chain(6);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        auto changed = rows;
        changed[i].words += "x";
        CHECK(walk(changed, rows.back())->n == i + 1);
        CHECK(walk(changed, rows.back())->fault == ChainCheck::Fault::changed);
        // Also when the hash is made to fit: then the next row does not, or the head.
        changed[i].hash = crypto::chainHash(i ? changed[i - 1].hash : "", base::asBytes(changed[i].words));
        CHECK(walk(changed, rows.back())->fault == ChainCheck::Fault::changed);
        auto gone = rows;
        gone.erase(gone.begin() + static_cast<std::ptrdiff_t>(i));
        CHECK(walk(gone, rows.back())->fault == (i + 1 == rows.size() ? ChainCheck::Fault::cut : ChainCheck::Fault::gap));
        CHECK(walk(gone, rows.back())->n == i + 1);
        auto doubled = rows;
        doubled.insert(doubled.begin() + static_cast<std::ptrdiff_t>(i), rows[i]);
        CHECK(walk(doubled, rows.back())->fault == ChainCheck::Fault::gap);
        const std::vector<Row> cut(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(i));
        CHECK(walk(cut, rows.back())->fault == ChainCheck::Fault::cut);
        CHECK(walk(rows, rows[i]).has_value() == (i + 1 != rows.size()));  // rows nobody signed for
    }
}
