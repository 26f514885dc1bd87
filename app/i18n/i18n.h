// Text by key. Catalogues are TOML (assets/lang/en.toml, zh-CN.toml), embedded at build.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace epollscope {

enum class Lang : std::uint8_t { en, zh_cn };

std::string_view name_of(Lang lang);  // "en", "zh-CN"
bool lang_from(std::string_view name, Lang& out);

// The text of a key ("kernel.release"), with {0}, {1} … replaced. An unknown key gives the
// key itself, so that a mistake is seen.
std::string tr(Lang lang, std::string_view key, std::initializer_list<std::string_view> args = {});
std::string tr(Lang lang, std::string_view key, const std::vector<std::string>& args);
// The key of a text that is named by its English words: "unmodelled.packet_sockets". Letters are
// lower case, and all that is neither letter nor digit is one '_'.
std::string key_of_words(std::string_view group, std::string_view words);
bool has_key(Lang lang, std::string_view key);
std::vector<std::string> all_keys(Lang lang);

}  // namespace epollscope
