// SPDX-License-Identifier: Apache-2.0
#include "app/ctl/event_writer.h"

#include <cerrno>
#include <cstring>

namespace parlour::ctl {

void EventWriter::Close::operator()(std::FILE* file) const {
    if (file != stdout) std::fclose(file);
}

EventWriter::EventWriter(std::FILE* file, const base::Clock& clock, base::TimePoint start)
    : m_file(file), m_clock(&clock), m_start(start) {}

std::string toLine(const Event& event, base::Duration sinceStart) {
    nlohmann::ordered_json line;
    line["t"] = static_cast<double>(base::toMs(sinceStart)) / 1000.0;
    line["event"] = event.name;
    for (const auto& [key, value] : event.fields.items()) line[key] = value;
    return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

base::Result<EventWriter> EventWriter::open(const std::string& path, const base::Clock& clock, base::TimePoint start) {
    if (path.empty() || path == "-") return EventWriter(stdout, clock, start);
    std::FILE* file = std::fopen(path.c_str(), "wb");
    if (file == nullptr)
        return base::fail(base::ErrorKind::unavailable, "file_unwritable", "The events cannot be written to " + path + ".",
                          "Choose another file for --events.", std::strerror(errno));
    return EventWriter(file, clock, start);
}

void EventWriter::write(const Event& event) {
    const auto line = toLine(event, m_clock->now() - m_start) + "\n";
    const bool good = std::fwrite(line.data(), 1, line.size(), m_file.get()) == line.size() && std::fflush(m_file.get()) == 0;
    m_failed = m_failed || !good;
}

}  // namespace parlour::ctl
