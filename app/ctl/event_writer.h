// SPDX-License-Identifier: Apache-2.0
// Events as JSON lines, each written and flushed at once: whoever follows the file sees whole lines, also after kill -9.
// Thread: one (net).
#pragma once

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "core/base/doors/clock.h"
#include "core/base/error.h"

namespace parlour::ctl {

/// One thing that happened; names and fields are listed in docs/events.md.
struct Event {
    std::string name;
    nlohmann::ordered_json fields = nlohmann::ordered_json::object();
};

/// {"t": seconds, "event": name, fields…} without a line break. Broken UTF-8 is replaced.
std::string toLine(const Event& event, base::Duration sinceStart);

class EventWriter {
  public:
    /// `path` empty or "-": standard output. A file is overwritten. Error: unavailable, "file_unwritable".
    static base::Result<EventWriter> open(const std::string& path, const base::Clock& clock, base::TimePoint start);

    void write(const Event& event);
    /// The disk took no more at some time; what is there stays whole lines but for the last.
    bool failed() const { return m_failed; }

  private:
    struct Close {
        void operator()(std::FILE* file) const;
    };
    EventWriter(std::FILE* file, const base::Clock& clock, base::TimePoint start);

    std::unique_ptr<std::FILE, Close> m_file;
    const base::Clock* m_clock;
    base::TimePoint m_start;
    bool m_failed = false;
};

}  // namespace parlour::ctl
