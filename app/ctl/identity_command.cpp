// SPDX-License-Identifier: Apache-2.0
// The person themself: exported to an encrypted file, brought back from it, linked to a second computer through a mailbox that a
// house keeps for ten minutes and cannot read.
#include <fstream>
#include <iostream>
#include <sstream>

#include "app/ctl/house_command.h"
#include "app/ctl/words.h"
#include "core/room/device_link.h"
#include "core/room/identity_file.h"

namespace parlour::ctl {
namespace {

using A = HouseArgument;

constexpr base::Duration kPoll = std::chrono::milliseconds(300);

std::optional<std::string> contentOf(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) return std::nullopt;
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

/// From a file or the first line of standard input: never from the command line, which others can read.
std::optional<std::string> passphrase(const HouseCallPtr& call) {
    std::string text;
    if (call->given().has("passphrase-file")) {
        const auto file = contentOf(call->given().text("passphrase-file"));
        if (!file) return call->usage("The passphrase file cannot be read."), std::nullopt;
        text = file->substr(0, file->find('\n'));
    } else {
        std::cerr << "Passphrase: " << std::flush;
        std::getline(std::cin, text);
    }
    return text;
}

std::string housesFile(const HouseCallPtr& call) { return (std::filesystem::path(call->given().home) / "houses.json").string(); }

void exportIdentity(const HouseCallPtr& call) {
    const auto secret = passphrase(call);
    if (!secret) return;
    auto text = room::exportPerson({call->keys().exportSeed(), contentOf(housesFile(call)).value_or("")}, *secret);
    if (!text) return call->fail(text.error());
    const std::string file = call->given().text("FILE");
    std::error_code error;
    if (std::filesystem::exists(file, error)) return call->usage("The file is there already; nothing was written.");
    std::ofstream out(file, std::ios::binary);
    out << *text << "\n";
    out.flush();
    if (!out)
        return call->fail({base::ErrorKind::unavailable, "file_unwritable", "Nothing can be written to " + file + ".", "Choose another file.", {}});
    call->print(Json{{"file", file}}, [&](std::ostream& to) {
        to << "Whoever has this file and the passphrase is you, in every house: " << file << "\n";
    });
}

void settle(const HouseCallPtr& call, const crypto::Secret& seed, const std::string& houses) {
    auto adopted = room::PersonKeys::adopt(call->given().home, seed, call->given().has("replace"));
    if (!adopted) return call->fail(adopted.error());
    if (!houses.empty()) {
        std::ofstream out(housesFile(call), std::ios::binary | std::ios::trunc);
        out << houses;
    }
    call->print(Json{{"home", call->given().home}}, [&](std::ostream& to) { to << "You are the same person here now, in " << call->given().home << ".\n"; });
}

/// The person of an exported file; nullopt after the call has ended with an error.
std::optional<room::PersonExport> fromFile(const HouseCallPtr& call) {
    const auto text = contentOf(call->given().text("FILE"));
    if (!text) return call->usage("The file cannot be read."), std::nullopt;
    const auto secret = passphrase(call);
    if (!secret) return std::nullopt;
    auto person = room::importPerson(*text, *secret);
    if (!person) return call->fail(person.error()), std::nullopt;
    return std::move(*person);
}

void importIdentity(const HouseCallPtr& call) {
    auto person = fromFile(call);
    if (!person) return;
    settle(call, person->seed, person->houses);
}

/// One side of a link: hands the other side's messages to `end` and its answers to the mailbox until it is over.
template <class End>
struct Linking : std::enable_shared_from_this<Linking<End>> {
    Linking(HouseCallPtr c, std::string s, End e) : call(std::move(c)), slot(std::move(s)), end(std::move(e)) {}
    HouseCallPtr call;
    std::string slot;
    End end;
    const char* side = "old";
    int seen = 0;
    std::function<void(Linking&)> compare, done;
    base::Timer timer;

    void put(const std::string& text, std::function<void()> then) {
        call->post("/links/" + slot, {{"from", side}, {"text", text}}, [then](const Json&) { then(); }, true);
    }
    void begin() {
        if (auto first = end.start()) return put(*first, [self = this->shared_from_this()] { self->look(); });
        look();
    }
    void look() {
        call->get("/links/" + slot + (seen > 0 ? "?after=" + std::to_string(seen) : ""), [self = this->shared_from_this()](const Json& page) {
            std::vector<std::string> answers;
            for (const auto& one : page.value("messages", Json::array())) {
                ++self->seen;
                if (word(one, "from") == self->side) continue;
                auto answer = self->end.handle(word(one, "text"));
                if (!answer) return self->call->fail(answer.error());
                if (*answer) answers.push_back(**answer);
            }
            self->send(std::move(answers), 0);
        }, true);
    }
    void send(std::vector<std::string> answers, std::size_t at) {
        if (at < answers.size()) {
            const std::string text = answers[at];
            return put(text, [self = this->shared_from_this(), answers = std::move(answers), at] { self->send(answers, at + 1); });
        }
        if (end.state() == room::LinkState::done) return done(*this);
        if (end.state() == room::LinkState::compare && compare) {
            const auto ask = std::exchange(compare, {});
            return ask(*this);
        }
        timer = call->after(kPoll, [self = this->shared_from_this()] { self->look(); });
    }
};

void linkIdentity(const HouseCallPtr& call) {
    call->post("/links", Json::object(), [call](const Json& made) {
        const std::string slot = word(made, "slot");
        const bool compared = call->given().has("compare");
        std::optional<crypto::Secret> key;
        if (!compared) key = room::LinkCode::newKey();
        room::LinkCode code{call->house()->address().origin.str(), slot, key ? std::optional(key->clone()) : std::nullopt, call->house()->address().pin};
        std::cerr << "On the other computer, within ten minutes: parlourctl --home DIR identity accept CODE\n";
        std::cout << code.text() << std::endl;
        auto linking = std::make_shared<Linking<room::LinkGiver>>(call, slot, room::LinkGiver(slot, call->keys().exportSeed(), std::move(key)));
        linking->compare = [](auto& l) {
            std::cerr << "Do both computers show " << l.end.digits() << "? Type yes: " << std::flush;
            std::string answer;
            std::getline(std::cin, answer);
            if (answer != "yes") return l.call->fail({base::ErrorKind::refused, "not_compared", "The link was given up.", {}, {}});
            if (auto last = l.end.confirm()) return l.put(*last, [self = l.shared_from_this()] { self->done(*self); });
            l.look();
        };
        linking->done = [](auto& l) {
            l.call->print(Json{{"linked", true}}, [](std::ostream& to) { to << "The other computer is you now.\n"; });
        };
        linking->begin();
    });
}

void acceptIdentity(const HouseCallPtr& call) {
    std::string text = call->given().text("CODE");
    if (text == "-") std::getline(std::cin, text);
    auto code = room::LinkCode::parse(text);
    if (!code) return call->fail(code.error());
    const auto origin = signal::parseOrigin(code->origin);
    if (!origin) return call->fail(origin.error());
    call->houseAt(*origin, code->pin);
    auto linking = std::make_shared<Linking<room::LinkTaker>>(call, code->slot, room::LinkTaker(code->slot, code->key ? std::optional(code->key->clone()) : std::nullopt));
    linking->side = "new";
    linking->compare = [](auto& l) {
        std::cerr << "Compare with the other computer: " << l.end.digits() << "\n";
        l.look();
    };
    linking->done = [](auto& l) { settle(l.call, l.end.seed(), {}); };
    linking->begin();
}

// ---- a new key after a lost computer

/// What the admins of a house are given, so that the person goes on under the key of this computer.
void showKey(const HouseCallPtr& call) {
    const auto origin = signal::parseOrigin(call->given().text("URL"));
    if (!origin) return call->fail(origin.error());
    auto* house = call->houseAt(*origin, call->given().text("pin"));
    house->prove(std::string(api::kApplyPurpose), [call, house](base::Result<api::Proof> proof) {
        if (!proof) return call->fail(proof.error());
        call->remember({});
        const std::string id = call->keys().identityFor(house->house()).str();
        call->print(Json{{"id", id}, {"public_key", proof->publicKey}, {"house", house->house().str()}}, [&](std::ostream& to) {
            to << "Your key on this computer, in " << house->houseName() << ":\n  " << proof->publicKey
               << "\nTell it an admin of the house in a way that proves it is you. They order: parlourctl member rekey OLD_ID --to KEY\n";
        });
    });
}

/// In every house of the exported file: signed in with the old key, moved to the one of this computer.
struct Renewal : std::enable_shared_from_this<Renewal> {
    Renewal(HouseCallPtr c, const crypto::Secret& seed, std::vector<room::KnownHouse> list)
        : call(std::move(c)), old(room::PersonKeys::of(seed)), houses(std::move(list)) {}
    HouseCallPtr call;
    room::PersonKeys old;
    std::vector<room::KnownHouse> houses;
    std::unique_ptr<room::HouseClient> client;
    std::size_t at = 0;
    Json moved = Json::array(), failed = Json::array();
    std::optional<base::Error> error;
    base::Timer timer;

    void next() {
        if (at == houses.size()) return end();
        const auto& house = houses[at];
        const auto origin = signal::parseOrigin(house.url);
        if (!origin) return settled(origin.error());
        client = call->clientOf(old, *origin, house.pin);
        const Json wish{{"to", base::toBase64Url(call->keys().keyFor(house.house).publicKey())}};
        client->request("/persons/" + old.identityFor(house.house).str() + "/rekey", wish.dump(), false,
                        [self = shared_from_this()](base::Result<std::string> text) {
                            self->settled(text ? std::nullopt : std::optional(text.error()));
                        });
    }
    void settled(const std::optional<base::Error>& problem) {
        const auto& house = houses[at++];
        if (problem) {
            error = problem;
            failed.push_back({{"house", house.house.str()}, {"title", house.title}, {"message", problem->message}});
        } else {
            moved.push_back({{"house", house.house.str()}, {"title", house.title}});
            auto known = room::KnownHouses::open(call->given().home);
            if (auto kept = known ? known->remember(house) : base::Result<void>(base::Unexpected(known.error())); !kept) error = kept.error();
        }
        timer = call->after(base::Duration(0), [self = shared_from_this()] { self->next(); });   // not inside the client's own answer
    }
    void end() {
        for (const auto& one : failed) std::cerr << "parlourctl: " << word(one, "title") << ": " << word(one, "message") << "\n";
        if (error && moved.empty()) return call->fail(*error);
        call->print(Json{{"moved", moved}, {"failed", failed}}, [&](std::ostream& to) {
            to << "You go on with the key of this computer in " << moved.size() << " of " << houses.size() << " houses; the old one opens nothing there any more.\n";
        });
    }
};

void renewIdentity(const HouseCallPtr& call) {
    auto person = fromFile(call);
    if (!person) return;
    if (person->seed == call->keys().exportSeed()) return call->usage("This folder holds the old key itself. Choose another one with --home DIR.");
    auto houses = room::KnownHouses::parse(person->houses);
    if (!houses) return call->fail(houses.error());
    if (houses->empty()) return call->usage("The file names no house. Ask an admin of each house: parlourctl identity key URL.");
    std::make_shared<Renewal>(call, person->seed, std::move(*houses))->next();
}

}  // namespace

std::vector<HouseCommand> identityCommands() {
    const HouseArgument passphraseFile{"--passphrase-file", A::option, "its first line is the passphrase (default: asked for)"};
    const HouseArgument replace{"--replace", A::flag, "also where somebody else lives in this folder; their seed is kept beside it"};
    return {
        {"identity export", "write yourself to an encrypted file", {{"FILE", A::positional, "a new file"}, passphraseFile}, exportIdentity},
        {"identity import", "be the person of an exported file", {{"FILE", A::positional, "as exported"}, passphraseFile, replace}, importIdentity},
        {"identity renew", "after a lost computer: move from an exported file to the new key of this folder, in all its houses",
         {{"FILE", A::positional, "as exported"}, passphraseFile}, renewIdentity},
        {"identity key", "the key of this folder in a house, for an admin who moves you to it",
         {{"URL", A::positional, "address of the house"}, {"--pin", A::option, "of the house's own certificate, if it has one"}}, showKey},
        {"identity link", "bring yourself to a second computer: prints a code for it",
         {{"--compare", A::flag, "no secret in the code; six digits are compared instead"}}, linkIdentity},
        {"identity accept", "be the person who shows this code on another computer",
         {{"CODE", A::positional, "parlour-link:…; - reads it from standard input"}, replace}, acceptIdentity},
    };
}

}  // namespace parlour::ctl
