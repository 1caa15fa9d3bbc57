// SPDX-License-Identifier: Apache-2.0
#include "app/ctl/house_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "app/ctl/words.h"

namespace parlour::ctl {

using base::ErrorKind;

int exitCodeOf(const base::Error& error) {
    switch (error.kind) {
        case ErrorKind::invalidInput: return 2;
        case ErrorKind::unavailable:
        case ErrorKind::internal:
        case ErrorKind::cancelled: return 1;
        default: return 3;
    }
}

HouseCall::HouseCall(net::EventLoop& loop, room::PersonKeys& keys, HouseArguments given, std::ostream& out, std::ostream& err,
                     std::function<void(int)> exit)
    : m_loop(loop), m_keys(keys), m_given(std::move(given)), m_out(out), m_err(err), m_exit(std::move(exit)) {}

std::optional<signal::InviteLink> HouseCall::link(const char* argument) {
    std::string text = m_given.text(argument);
    if (text == "-") std::getline(std::cin, text);
    auto parsed = signal::InviteLink::parse(text);
    if (parsed) return *parsed;
    fail(parsed.error());
    return std::nullopt;
}

room::HouseClient* HouseCall::house(const signal::InviteLink& link) {
    return houseAt(link.origin(), link.pin());
}

room::HouseClient* HouseCall::houseAt(const signal::Origin& origin, const std::string& pin) {
    m_client = std::make_unique<room::HouseClient>(m_loop, m_keys, room::HouseAddress{origin, pin});
    return m_client.get();
}

std::unique_ptr<room::HouseClient> HouseCall::clientOf(room::PersonKeys& keys, const signal::Origin& origin, const std::string& pin) {
    return std::make_unique<room::HouseClient>(m_loop, keys, room::HouseAddress{origin, pin});
}

room::HouseClient* HouseCall::house() {
    if (m_client) return m_client.get();
    auto known = room::KnownHouses::open(m_given.home);
    if (!known) return fail(known.error()), nullptr;
    auto chosen = known->choose(m_given.house);
    if (!chosen) return fail(chosen.error()), nullptr;
    const auto origin = signal::parseOrigin(chosen->url);
    if (!origin) return fail(origin.error()), nullptr;
    m_client = std::make_unique<room::HouseClient>(m_loop, m_keys, room::HouseAddress{*origin, chosen->pin});
    return m_client.get();
}

void HouseCall::findMoved(std::function<void()> then) {
    const auto origin = signal::parseOrigin(m_given.house);
    const auto known = room::KnownHouses::open(m_given.home);
    if (m_given.house.empty() || !origin || !known || known->all().empty() || known->choose(m_given.house)) return then();
    // The certificate is mostly the one from before, only elsewhere.
    const std::string pin = m_given.pin ? *m_given.pin : known->all().size() == 1 && origin->secure ? known->all().front().pin : std::string();
    auto* client = houseAt(*origin, pin);
    client->prove(std::string(api::kLoginPurpose), [self = shared_from_this(), client, known = known->all(), then = std::move(then)](base::Result<api::Proof> proof) {
        if (!proof) return self->fail(proof.error());
        const auto same = std::find_if(known.begin(), known.end(), [&](const auto& one) { return one.house == client->house(); });
        if (same == known.end())
            return self->fail({ErrorKind::untrusted, "house_unknown", "At this address there is a house that you do not know.", "Redeem an invitation link of it first.", {}});
        self->remember(same->name);
        self->m_loop.post(then);   // not inside the client's own answer
    });
}

void HouseCall::remember(const std::string& name) {
    if (!m_client || m_given.home.empty()) return;
    auto known = room::KnownHouses::open(m_given.home);
    const room::KnownHouse house{m_client->house(), m_client->address().origin.str(), m_client->address().pin, m_client->houseName(), name};
    auto kept = known ? known->remember(house) : base::Result<void>(base::Unexpected(known.error()));
    if (!kept) m_err << "parlourctl: " << base::describe(kept.error()) << "\n";
}

void HouseCall::fetch(const std::string& path, std::function<void(std::string)> then, bool open) {
    auto* client = house();
    if (!client) return;
    client->request(path, {}, open, [self = shared_from_this(), then = std::move(then)](base::Result<std::string> text) {
        if (!text) return self->fail(text.error());
        then(std::move(*text));
    });
}

void HouseCall::get(const std::string& path, Then then, bool open) {
    fetch(path, [then = std::move(then)](const std::string& text) { then(Json::parse(text, nullptr, false)); }, open);
}

void HouseCall::post(const std::string& path, const Json& body, Then then, bool open) {
    auto* client = house();
    if (!client) return;
    client->request(path, body.dump(-1, ' ', false, Json::error_handler_t::replace), open,
                    [self = shared_from_this(), then = std::move(then)](base::Result<std::string> text) {
                        if (!text) return self->fail(text.error());
                        then(Json::parse(*text, nullptr, false));
                    });
}

void HouseCall::print(const Json& answer, const std::function<void(std::ostream&)>& people) {
    if (m_given.json)
        m_out << answer.dump(-1, ' ', false, Json::error_handler_t::replace) << "\n";
    else
        people(m_out);
    m_out.flush();
    done(0);
}

void HouseCall::fail(const base::Error& given) {
    auto error = given;
    if (m_client && error.code == "connection_lost" && !m_client->address().origin.secure) {
        auto secure = m_client->address().origin;
        secure.secure = true;
        error.advice = "It may speak https by now: try --house " + secure.str() + ", with --pin when the house made its own certificate.";
    }
    m_err << "parlourctl: " << base::describe(error) << "\n";
    done(exitCodeOf(error));
}

void HouseCall::note(const std::string& sentence) { m_err << "parlourctl: " << sentence << std::endl; }

void HouseCall::usage(const std::string& sentence) {
    m_err << "parlourctl: " << sentence << "\n";
    done(2);
}

const std::vector<HouseCommand>& houseCommands() {
    static const std::vector<HouseCommand> all = [] {
        std::vector<HouseCommand> list;
        for (const auto& topic : {memberCommands(), rulesCommands(), peopleCommands(), chatCommands(), identityCommands(), personCommands(), roomCommands(),
                                  questionCommands(), scheduleCommands(), safetyCommands(),
                                  guestCommands()})
            list.insert(list.end(), topic.begin(), topic.end());
        return list;
    }();
    return all;
}

void addHouseCommands(CLI::App& app, HouseArguments& given) {
    for (const auto& command : houseCommands()) {
        CLI::App* at = &app;
        std::istringstream words(command.path);
        for (std::string word; words >> word;) {
            const auto same = at->get_subcommands([&](const CLI::App* one) { return one->get_name() == word; });
            CLI::App* next = same.empty() ? nullptr : same.front();
            if (!next) {
                next = at->add_subcommand(word);
                next->fallthrough();
                if (at != &app) at->require_subcommand(1);
            }
            at = next;
        }
        at->description(command.help);
        for (const auto& argument : command.arguments) {
            std::string name = argument.name;
            name.erase(0, name.find_first_not_of('-'));
            if (argument.kind == HouseArgument::flag) {
                at->add_flag_callback(argument.name, [&given, name] { given.values[name] = {"1"}; }, argument.help);
                continue;
            }
            auto* option = at->add_option_function<std::vector<std::string>>(
                argument.name, [&given, name](const std::vector<std::string>& values) { given.values[name] = values; }, argument.help);
            // A value is one word of the command line, whatever stands in it.
            option->type_size(1)->allow_extra_args(false);
            if (argument.kind == HouseArgument::repeated)
                option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)->expected(1, 10'000)->allow_extra_args(false);
            else
                option->expected(1);
            if (argument.kind == HouseArgument::required || argument.kind == HouseArgument::positional) option->required();
        }
        at->callback([&given, path = command.path] { given.command = path; });
    }
    // A group is told by what is in it.
    for (auto* group : app.get_subcommands({})) {
        if (!group->get_description().empty()) continue;
        std::string words;
        for (const auto* one : group->get_subcommands({})) words += (words.empty() ? "" : ", ") + one->get_name();
        group->description(words);
    }
}

/// What would be changed on its way, or refused without saying why. Names of files may be any bytes.
static std::optional<std::string> wrongTexts(const HouseArguments& given) {
    for (const auto& [argument, values] : given.values) {
        if (argument == "FILE" || argument == "o" || argument == "batch" || argument == "passphrase-file") continue;
        for (const auto& value : values)
            if (!isText(value)) return "What was given for " + argument + " is not text in UTF-8. Type it again, or set the terminal to UTF-8.";
    }
    for (const char* argument : {"name", "names", "for"})
        for (const auto& value : given.list(argument))
            if (isNameTooLong(value)) return std::string(kNameTooLong);
    return std::nullopt;
}

int runHouseCommand(const HouseArguments& given, room::PersonKeys& keys, std::ostream& out, std::ostream& err) {
    if (const auto wrong = wrongTexts(given)) {
        err << "parlourctl: " << *wrong << "\n";
        return 2;
    }
    net::EventLoop loop;
    int code = 1;
    auto call = std::make_shared<HouseCall>(loop, keys, given, out, err, [&](int exit) {
        code = exit;
        loop.stop();
    });
    for (const auto& command : houseCommands())
        if (given.command == command.path) loop.post([&call, run = command.run] { call->findMoved([&call, run] { run(call); }); });
    loop.run();
    return code;
}

}  // namespace parlour::ctl
