#include "app/i18n/i18n.h"

#include <toml++/toml.h>

#include <array>
#include <cstddef>
#include <map>

#include "catalogues.h"

namespace epollscope {
namespace {

using Catalogue = std::map<std::string, std::string, std::less<>>;

constexpr std::array<std::string_view, 2> kNames = {"en", "zh-CN"};

// Tables become prefixes: [kernel] ready = "…" is kernel.ready.
void flatten(const toml::table& table, const std::string& prefix, Catalogue& into) {
  for (const auto& [key, node] : table) {
    const std::string path = prefix + std::string(key.str());
    if (const toml::table* inner = node.as_table()) {
      flatten(*inner, path + '.', into);
    } else if (const auto text = node.value<std::string>()) {
      into.emplace(path, *text);
    }
  }
}

Catalogue read(Lang lang) {
  const std::string file = std::string(name_of(lang)) + ".toml";
  Catalogue catalogue;
  for (const EmbeddedFile& f : catalogues::files()) {
    if (f.name == file) flatten(toml::parse(f.bytes), "", catalogue);
  }
  return catalogue;
}

const Catalogue& catalogue_of(Lang lang) {
  static const std::array<Catalogue, 2> all = {read(Lang::en), read(Lang::zh_cn)};
  return all.at(static_cast<std::size_t>(lang));
}

template <class Args>
std::string fill(std::string_view text, const Args& args) {
  std::string out;
  out.reserve(text.size() + 16);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool place = text[i] == '{' && i + 2 < text.size() && text[i + 2] == '}' &&
                       text[i + 1] >= '0' && text[i + 1] <= '9';
    const auto n = place ? static_cast<std::size_t>(text[i + 1] - '0') : args.size();
    if (n < args.size()) {
      out += *(std::begin(args) + static_cast<std::ptrdiff_t>(n));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

template <class Args>
std::string translate(Lang lang, std::string_view key, const Args& args) {
  const Catalogue& catalogue = catalogue_of(lang);
  const auto found = catalogue.find(key);
  return found == catalogue.end() ? std::string(key) : fill(found->second, args);
}

}  // namespace

std::string_view name_of(Lang lang) { return kNames.at(static_cast<std::size_t>(lang)); }

bool lang_from(std::string_view name, Lang& out) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames.at(i) != name) continue;
    out = static_cast<Lang>(i);
    return true;
  }
  return false;
}

std::string tr(Lang lang, std::string_view key, std::initializer_list<std::string_view> args) {
  return translate(lang, key, args);
}

std::string tr(Lang lang, std::string_view key, const std::vector<std::string>& args) {
  return translate(lang, key, args);
}

std::string key_of_words(std::string_view group, std::string_view words) {
  std::string key(group);
  bool apart = true;
  for (const char c : words) {
    const bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (word && apart) key += key.size() == group.size() ? '.' : '_';
    if (word) key += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    apart = !word;
  }
  return key;
}

bool has_key(Lang lang, std::string_view key) { return catalogue_of(lang).contains(key); }

std::vector<std::string> all_keys(Lang lang) {
  std::vector<std::string> keys;
  for (const auto& [key, text] : catalogue_of(lang)) keys.push_back(key);
  return keys;
}

}  // namespace epollscope
