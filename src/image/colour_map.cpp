#include "spectradiff/image/colour_map.h"

#include <algorithm>

#include "spectradiff/base/error.h"
#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

struct Knot {
  int index;     // 0..255
  uint32_t rgb;  // 0xrrggbb
};

struct MapRow {
  const char* name;
  std::vector<Knot> knots;  // straight lines between them stay within one code value of the map's 256 colours
};

// viridis, magma, inferno and plasma: van der Walt and Smith, 2015; cividis: Nunez, Anderton and Renslow,
// 2018; turbo: Mikhailov, 2019; twilight: Bechtold, 2017. Perceptually even all but turbo; twilight ends
// where it begins.
const std::vector<MapRow>& rows() {
  static const std::vector<MapRow> table = {
      {"viridis",
       {{0, 0x440154},
        {23, 0x482172},
        {43, 0x433a83},
        {69, 0x38578c},
        {113, 0x25828e},
        {139, 0x1e9a89},
        {152, 0x21a784},
        {167, 0x30b47a},
        {184, 0x4dc26b},
        {204, 0x79d151},
        {235, 0xcae01e},
        {242, 0xdce218},
        {249, 0xeee51b},
        {255, 0xfde724}}},
      {"magma",
       {{0, 0x000003},
        {11, 0x050417},
        {30, 0x1a1041},
        {45, 0x301065},
        {55, 0x420f74},
        {67, 0x55137d},
        {92, 0x7c2381},
        {119, 0xa7317d},
        {147, 0xd4436d},
        {164, 0xeb5660},
        {177, 0xf56c5b},
        {189, 0xfa825f},
        {204, 0xfd9f6c},
        {228, 0xfecb8e},
        {255, 0xfbfcbf}}},
      {"inferno",
       {{0, 0x000003},
        {5, 0x01010b},
        {17, 0x0b0726},
        {31, 0x1f0c47},
        {43, 0x34095f},
        {55, 0x480b6a},
        {73, 0x65156e},
        {95, 0x88216a},
        {120, 0xaf315b},
        {141, 0xcd4247},
        {162, 0xe65c2e},
        {186, 0xf78310},
        {195, 0xfa9306},
        {203, 0xfba208},
        {215, 0xfbb91e},
        {228, 0xf6d33f},
        {239, 0xf1e864},
        {248, 0xf3f689},
        {255, 0xfcfea4}}},
      {"plasma",
       {{0, 0x0c0786},
        {6, 0x1d068d},
        {24, 0x3f039c},
        {48, 0x6500a7},
        {63, 0x7c02a7},
        {74, 0x8c0aa4},
        {96, 0xa92395},
        {132, 0xcf4b74},
        {169, 0xec7754},
        {198, 0xfa9d3a},
        {222, 0xfdc128},
        {236, 0xfad824},
        {253, 0xf0f525},
        {255, 0xeff821}}},
      {"cividis",
       {{0, 0x00224d},
        {20, 0x003070},
        {23, 0x003170},
        {29, 0x14366f},
        {43, 0x2b3f6d},
        {71, 0x4a536b},
        {115, 0x717273},
        {133, 0x817f78},
        {165, 0xa09775},
        {200, 0xc4b468},
        {224, 0xdec957},
        {243, 0xf3da42},
        {252, 0xfde333},
        {255, 0xfde737}}},
      {"turbo",
       {{0, 0x30123b},   {7, 0x38266c},   {15, 0x3f3d9c},  {24, 0x4456c7},  {33, 0x466de6},  {41, 0x4682f8},
        {47, 0x4291fe},  {55, 0x38a5fb},  {65, 0x26bde9},  {74, 0x1ad1d2},  {81, 0x17debf},  {88, 0x1ee8af},
        {95, 0x2ff09a},  {104, 0x4df97c}, {118, 0x84fe50}, {126, 0x9efd3e}, {134, 0xb3f835}, {143, 0xcaed33},
        {156, 0xe7d738}, {168, 0xf8be39}, {181, 0xfe9e2e}, {194, 0xf9771e}, {207, 0xec520e}, {222, 0xd43205},
        {236, 0xb41b01}, {250, 0x8b0901}, {255, 0x7a0402}}},
      {"twilight",
       {{0, 0xe1d8e2},
        {12, 0xd9d8de},
        {24, 0xcdd2d8},
        {51, 0xa5bfca},
        {77, 0x83a8c3},
        {101, 0x6d91bf},
        {124, 0x6278bb},
        {155, 0x5e55af},
        {177, 0x5c3a9e},
        {194, 0x58278b},
        {209, 0x501973},
        {230, 0x3e1151},
        {245, 0x34113e},
        {254, 0x2f1337},
        {255, 0x2f1436}}},
      {"grey", {{0, 0x000000}, {255, 0xffffff}}},
  };
  return table;
}

uint8_t between(uint32_t a, uint32_t b, int shift, int at, int length) {
  const auto from = static_cast<int>(a >> shift & 255), to = static_cast<int>(b >> shift & 255);
  return static_cast<uint8_t>((2 * (from * (length - at) + to * at) + length) / (2 * length));
}

}  // namespace

const std::vector<std::string>& colour_map_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> made;
    for (const MapRow& row : rows()) made.emplace_back(row.name);
    return made;
  }();
  return names;
}

ColourTable colour_map(const std::string& name) {
  const auto row =
      std::find_if(rows().begin(), rows().end(), [&](const MapRow& each) { return each.name == name; });
  if (row == rows().end())
    throw_error(ErrorKind::usage, "colour map = {} is not one of {}{}", name, join(colour_map_names(), ", "),
                suggestion(name, colour_map_names()));
  ColourTable table;
  for (size_t knot = 0; knot + 1 < row->knots.size(); ++knot) {
    const auto [begin, from] = row->knots[knot];
    const auto [end, to] = row->knots[knot + 1];
    for (int i = begin; i <= end; ++i)
      table[static_cast<size_t>(i)] = {between(from, to, 16, i - begin, end - begin),
                                       between(from, to, 8, i - begin, end - begin),
                                       between(from, to, 0, i - begin, end - begin)};
  }
  return table;
}

}  // namespace spectradiff
