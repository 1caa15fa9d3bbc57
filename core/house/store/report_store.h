// SPDX-License-Identifier: Apache-2.0
// Reports to the admins. Over a Store, inside transact() only; house thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/house/store/store.h"

namespace parlour::house {

struct ReportRow {
    std::string id;
    base::WallTime at{};
    base::RoomId room;
    base::Identity reporter;
    base::Identity reported;
    std::string words;
    std::string context;                      ///< JSON of api::ReportContext
    std::optional<base::WallTime> resolved;
    base::Identity resolvedBy;
    std::string resolution;
};

class ReportStore {
  public:
    explicit ReportStore(Store& store) : m_store(store) {}

    void add(const ReportRow& row);
    std::optional<ReportRow> find(const std::string& id);
    /// Newest first, older than `before`.
    std::vector<ReportRow> list(bool openOnly, base::WallTime before, int limit);
    int countOpen();
    int countBy(const base::Identity& reporter, base::WallTime since);
    /// False when it was resolved before, or is not there.
    bool resolve(const std::string& id, const base::Identity& by, const std::string& resolution, base::WallTime at);
    /// Resolved ones, resolved before this.
    std::size_t forget(base::WallTime resolvedBefore);
    /// By, about, or with lines of this person in the context.
    std::vector<ReportRow> concerning(const base::Identity& who);
    void setWords(const std::string& id, const std::string& words, const std::string& context);

  private:
    Store& m_store;
};

}  // namespace parlour::house
