// SPDX-License-Identifier: Apache-2.0
#include "core/net/http_codec.h"

#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <cstdio>

namespace parlour::net {

namespace asio = boost::asio;
namespace http = boost::beast::http;

namespace {

std::string lowered(boost::beast::string_view text) {
    std::string out(text.data(), text.size());
    for (auto& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

template <class Fields>
Headers copyFields(const Fields& fields) {
    Headers out;
    for (const auto& field : fields) {
        const std::string value(field.value().data(), field.value().size());
        const auto [it, fresh] = out.emplace(lowered(field.name_string()), value);
        if (!fresh) it->second += ", " + value;
    }
    return out;
}

/// The parser is not "eager": it stops behind the header once, so that the header's length is known to the byte.
template <class State>
std::size_t feedParser(State& state, base::ByteView bytes) {
    auto& parser = state.parser;
    auto& failure = state.failure;
    std::size_t used = 0;
    while (used < bytes.size() && !parser.is_done() && !failure) {
        boost::system::error_code error;
        const bool inHeader = !parser.is_header_done();
        const auto count = parser.put(asio::const_buffer(bytes.data() + used, bytes.size() - used), error);
        used += count;
        if (inHeader) state.headerBytes += count;
        const auto unread = inHeader && !parser.is_header_done() ? bytes.size() - used : 0;
        if (state.headerBytes + unread > state.headerLimit) error = http::error::header_limit;
        if (error == http::error::need_more || (!error && count == 0 && !(inHeader && parser.is_header_done()))) break;
        if (error) failure = error;
    }
    return used;
}

template <class Parser>
ParseState stateOf(const Parser& parser, const boost::system::error_code& failure) {
    if (failure) return ParseState::failed;
    if (parser.is_done()) return ParseState::done;
    return parser.is_header_done() ? ParseState::body : ParseState::header;
}

bool isFieldName(std::string_view name) {
    static constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               kOthers.find(c) != std::string_view::npos;
    });
}

bool isFieldValue(std::string_view value) {
    return std::none_of(value.begin(), value.end(), [](char c) {
        return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
    });
}

void appendFields(std::string& out, const Headers& headers, std::initializer_list<std::string_view> ours) {
    for (const auto& [name, value] : headers) {
        if (!isFieldName(name) || !isFieldValue(value)) continue;
        const auto plain = lowered({name.data(), name.size()});
        if (std::find(ours.begin(), ours.end(), plain) != ours.end()) continue;
        out += name + ": " + value + "\r\n";
    }
}

std::string httpDate(base::WallTime now) {
    static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = std::chrono::floor<std::chrono::days>(now);
    const std::chrono::year_month_day date(day);
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - day).count();
    char text[64];
    std::snprintf(text, sizeof text, "%s, %02u %s %04d %02d:%02d:%02d GMT",
                  kDays[std::chrono::weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
                  kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                  static_cast<int>(seconds / 3600), static_cast<int>(seconds / 60 % 60), static_cast<int>(seconds % 60));
    return text;
}

}  // namespace

struct HttpRequestParser::Impl {
    http::request_parser<http::string_body> parser;
    boost::system::error_code failure;
    std::size_t headerLimit = 0;
    std::size_t headerBytes = 0;
};

HttpRequestParser::HttpRequestParser(std::size_t headerLimit, std::size_t bodyLimit) : m_impl(std::make_unique<Impl>()) {
    m_impl->headerLimit = headerLimit;
    m_impl->parser.header_limit(static_cast<std::uint32_t>(headerLimit));
    m_impl->parser.body_limit(bodyLimit);
}
HttpRequestParser::~HttpRequestParser() = default;

std::size_t HttpRequestParser::feed(base::ByteView bytes) { return feedParser(*m_impl, bytes); }

ParseState HttpRequestParser::state() const { return stateOf(m_impl->parser, m_impl->failure); }

int HttpRequestParser::failureStatus() const {
    if (m_impl->failure == http::error::body_limit) return 413;
    if (m_impl->failure == http::error::header_limit) return 431;
    if (m_impl->failure == http::error::bad_version) return 505;
    return 400;
}

bool HttpRequestParser::keepAlive() const { return m_impl->parser.get().keep_alive(); }

bool HttpRequestParser::expectsContinue() const {
    return m_impl->parser.is_header_done() && lowered(m_impl->parser.get()[http::field::expect]) == "100-continue";
}

HttpRequest HttpRequestParser::take() {
    auto message = m_impl->parser.release();
    HttpRequest out;
    const auto method = message.method_string();
    out.method.assign(method.data(), method.size());
    out.target.assign(message.target().data(), message.target().size());
    out.headers = copyFields(message);
    out.body = std::move(message.body());
    // RFC 9112 section 3.2: exactly one Host in HTTP/1.1. Two make proxies and servers disagree: refuse.
    const bool oneHost = message.count(http::field::host) == 1 || (message.version() < 11 && message.count(http::field::host) == 0);
    if (!oneHost) out.target.clear();
    if (out.method == "HEAD") {
        out.method = "GET";
        out.isHead = true;
    }
    return out;
}

struct HttpResponseParser::Impl {
    http::response_parser<http::string_body> parser;
    boost::system::error_code failure;
    std::size_t headerLimit = 0;
    std::size_t headerBytes = 0;
};

HttpResponseParser::HttpResponseParser(std::size_t headerLimit, std::size_t bodyLimit, bool noBody)
    : m_impl(std::make_unique<Impl>()) {
    m_impl->headerLimit = headerLimit;
    m_impl->parser.header_limit(static_cast<std::uint32_t>(headerLimit));
    m_impl->parser.body_limit(bodyLimit);
    m_impl->parser.skip(noBody);
}
HttpResponseParser::~HttpResponseParser() = default;

std::size_t HttpResponseParser::feed(base::ByteView bytes) { return feedParser(*m_impl, bytes); }

void HttpResponseParser::end() {
    if (m_impl->failure || m_impl->parser.is_done()) return;
    if (!m_impl->parser.is_header_done()) {
        m_impl->failure = http::error::partial_message;
        return;
    }
    m_impl->parser.put_eof(m_impl->failure);
}

ParseState HttpResponseParser::state() const { return stateOf(m_impl->parser, m_impl->failure); }

bool HttpResponseParser::tooLong() const {
    return m_impl->failure == http::error::body_limit || m_impl->failure == http::error::header_limit;
}

HttpResponse HttpResponseParser::take() {
    auto message = m_impl->parser.release();
    HttpResponse out;
    out.status = static_cast<int>(message.result_int());
    out.headers = copyFields(message);
    out.body = std::move(message.body());
    return out;
}

bool splitTarget(HttpRequest& request) {
    if (request.target == "*") {
        request.path = "*";
        return true;
    }
    if (request.target.empty() || request.target.front() != '/' || request.target.find('#') != std::string::npos) return false;
    const auto mark = request.target.find('?');
    auto path = percentDecode(std::string_view(request.target).substr(0, mark));
    if (!path || !isFieldValue(*path) || path->find('\t') != std::string::npos) return false;
    request.path = std::move(*path);
    if (mark == std::string::npos) return true;
    auto query = parseQuery(std::string_view(request.target).substr(mark + 1));
    if (!query) return false;
    request.query = std::move(*query);
    return true;
}

std::string formatResponse(const HttpResponse& response, bool keepAlive, bool isHead, base::WallTime now) {
    const auto reason = http::obsolete_reason(http::int_to_status(static_cast<unsigned>(response.status)));
    std::string out = "HTTP/1.1 " + std::to_string(response.status) + " " + std::string(reason.data(), reason.size()) + "\r\n";
    const bool switching = response.status == 101;
    appendFields(out, response.headers,
                 switching ? std::initializer_list<std::string_view>{"content-length", "transfer-encoding", "date"}
                           : std::initializer_list<std::string_view>{"content-length", "transfer-encoding", "date", "connection"});
    out += "date: " + httpDate(now) + "\r\n";
    // RFC 9110 section 8.6: none of these has a body.
    const bool bodyless = response.status < 200 || response.status == 204 || response.status == 304;
    if (!bodyless) out += "content-length: " + std::to_string(response.body.size()) + "\r\n";
    if (!switching) out += keepAlive ? "connection: keep-alive\r\n" : "connection: close\r\n";
    out += "\r\n";
    if (!bodyless && !isHead) out += response.body;
    return out;
}

std::string formatRequest(const std::string& method, const Url& url, const Headers& headers, const std::string& body,
                          bool keepAlive) {
    std::string out = method + " " + url.target() + " HTTP/1.1\r\nhost: " + url.authority() + "\r\n";
    const bool upgrade = headers.count("upgrade") > 0;
    appendFields(out, headers,
                 upgrade ? std::initializer_list<std::string_view>{"host", "content-length", "transfer-encoding"}
                         : std::initializer_list<std::string_view>{"host", "content-length", "transfer-encoding", "connection"});
    if (!body.empty() || method == "POST" || method == "PUT" || method == "PATCH")
        out += "content-length: " + std::to_string(body.size()) + "\r\n";
    if (!upgrade) out += keepAlive ? "connection: keep-alive\r\n" : "connection: close\r\n";
    return out + "\r\n" + body;
}

bool hasToken(std::string_view list, std::string_view token) {
    while (!list.empty()) {
        const auto comma = list.find(',');
        auto item = list.substr(0, comma);
        list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
        while (!item.empty() && (item.front() == ' ' || item.front() == '\t')) item.remove_prefix(1);
        while (!item.empty() && (item.back() == ' ' || item.back() == '\t')) item.remove_suffix(1);
        if (lowered({item.data(), item.size()}) == token) return true;
    }
    return false;
}

}  // namespace parlour::net
