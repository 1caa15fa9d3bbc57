// SPDX-License-Identifier: Apache-2.0
// The commands of parlourctl that ask a house: one row of a table each, by topic. A command says which arguments it takes and
// what it asks; the frame finds the person (--home), the house (--house, or a link), prints (--json or for people) and turns
// errors into exit codes: 0, 1 error or failed check, 2 usage or missing field, 3 unreachable or refused. Thread: net.
#pragma once

#include <functional>
#include <iosfwd>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/room/house_client.h"
#include "core/room/known_houses.h"

namespace CLI {
class App;
}

namespace parlour::ctl {

using Json = nlohmann::ordered_json;

/// As typed. A name is that of the option without dashes ("expires"), or of the positional ("LINK").
struct HouseArguments {
    std::string command;                                     ///< "invite create"
    std::string home;
    std::string house;
    std::optional<std::string> pin;                          ///< of the certificate at `house`, where that address is a new one
    bool json = false;
    std::map<std::string, std::vector<std::string>> values;  ///< absent = not given

    bool has(const std::string& name) const { return values.contains(name); }
    std::string text(const std::string& name) const { return has(name) ? values.at(name).front() : std::string(); }
    std::vector<std::string> list(const std::string& name) const { return has(name) ? values.at(name) : std::vector<std::string>{}; }
};

struct HouseArgument {
    enum Kind { positional, optionalPositional, required, option, repeated, flag };
    const char* name;    ///< "LINK" or "--expires"
    Kind kind;
    const char* help;
};

/// What a running command has in hand. Lives until done() was called.
class HouseCall : public std::enable_shared_from_this<HouseCall> {
  public:
    HouseCall(net::EventLoop& loop, room::PersonKeys& keys, HouseArguments given, std::ostream& out, std::ostream& err,
              std::function<void(int)> exit);

    const HouseArguments& given() const { return m_given; }
    room::PersonKeys& keys() { return m_keys; }
    base::Timer after(base::Duration time, std::function<void()> then) { return m_loop.postAfter(time, std::move(then)); }
    /// The link in this argument ("-" reads standard input once); ends the call with 2 when it is none.
    std::optional<signal::InviteLink> link(const char* argument);
    /// Talks to the house of a link, or of --house; nullptr after the call has ended with an error.
    room::HouseClient* house(const signal::InviteLink& link);
    room::HouseClient* house();
    room::HouseClient* houseAt(const signal::Origin& origin, const std::string& pin);
    /// Another person's, whose keys live until this call has ended.
    std::unique_ptr<room::HouseClient> clientOf(room::PersonKeys& keys, const signal::Origin& origin, const std::string& pin);
    void remember(const std::string& name);   ///< the house of this call, with the person's name there
    /// Where --house is no known address: goes on when the house that answers there proves that it is a known one, whose address
    /// this is from then on. Else at once.
    void findMoved(std::function<void()> then);

    using Then = std::function<void(const Json&)>;
    void get(const std::string& path, Then then, bool open = false);
    void post(const std::string& path, const Json& body, Then then, bool open = false);
    /// The answer as it came.
    void fetch(const std::string& path, std::function<void(std::string)> then, bool open = false);

    /// Prints and ends with 0: one line of JSON, or what `people` makes of it.
    void print(const Json& answer, const std::function<void(std::ostream&)>& people);
    void done(int code) { m_exit(code); }
    void note(const std::string& sentence);    ///< to people, while the command goes on
    void fail(const base::Error& error);
    void usage(const std::string& sentence);   ///< ends with 2

  private:
    net::EventLoop& m_loop;
    room::PersonKeys& m_keys;
    HouseArguments m_given;
    std::ostream& m_out;
    std::ostream& m_err;
    std::function<void(int)> m_exit;
    std::unique_ptr<room::HouseClient> m_client;
};
using HouseCallPtr = std::shared_ptr<HouseCall>;

struct HouseCommand {
    const char* path;
    const char* help;
    std::vector<HouseArgument> arguments;
    void (*run)(const HouseCallPtr& call);
};

/// All topics.
const std::vector<HouseCommand>& houseCommands();
/// Adds them to the command line; whichever is parsed fills `given`.
void addHouseCommands(CLI::App& app, HouseArguments& given);
/// How an error of a house ends the program.
int exitCodeOf(const base::Error& error);
/// Runs the command to its end; answers the exit code.
int runHouseCommand(const HouseArguments& given, room::PersonKeys& keys, std::ostream& out, std::ostream& err);

/// The member of this id, @handle, handle or name; ends the call with 2 when nobody or several people fit.
void withMember(const HouseCallPtr& call, const std::string& who, std::function<void(const std::string& id)> then);

// Each in the file of its topic.
std::vector<HouseCommand> peopleCommands();   // people_command.cpp
std::vector<HouseCommand> roomCommands();     // room_command.cpp
std::vector<HouseCommand> memberCommands();   // member_command.cpp
std::vector<HouseCommand> rulesCommands();    // rules_command.cpp
std::vector<HouseCommand> chatCommands();     // chat_command.cpp
std::vector<HouseCommand> safetyCommands();   // safety_command.cpp
std::vector<HouseCommand> identityCommands(); // identity_command.cpp
std::vector<HouseCommand> personCommands();   // person_command.cpp
std::vector<HouseCommand> guestCommands();    // guest_command.cpp
std::vector<HouseCommand> scheduleCommands(); // schedule_command.cpp
std::vector<HouseCommand> questionCommands(); // question_command.cpp

}  // namespace parlour::ctl
