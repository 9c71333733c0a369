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
        {20, 0x481d6f},
        {35, 0x46307e},
        {59, 0x3d4d8a},
        {93, 0x2d708e},
        {132, 0x1f948c},
        {147, 0x1fa287},
        {162, 0x2ab07f},
        {179, 0x44bf70},
        {198, 0x6ccd5a},
        {223, 0xaadc32},
        {237, 0xd0e11c},
        {244, 0xe2e418},
        {253, 0xf8e621},
        {255, 0xfde725}}},
      {"magma",
       {{0, 0x000004},
        {7, 0x03030f},
        {20, 0x0e0b2b},
        {38, 0x251255},
        {48, 0x36106b},
        {58, 0x471078},
        {75, 0x621980},
        {105, 0x912b81},
        {133, 0xbf3a77},
        {152, 0xdc4869},
        {168, 0xef5d5e},
        {182, 0xf8765c},
        {195, 0xfc8e64},
        {213, 0xfeb078},
        {239, 0xfde0a1},
        {255, 0xfcfdbf}}},
      {"inferno",
       {{0, 0x000004},
        {7, 0x030210},
        {22, 0x120a32},
        {35, 0x260c51},
        {45, 0x380962},
        {58, 0x4d0d6c},
        {82, 0x741a6e},
        {106, 0x9a2865},
        {128, 0xbc3754},
        {151, 0xda4e3c},
        {172, 0xef6c23},
        {194, 0xfa9207},
        {201, 0xfc9f07},
        {210, 0xfcb014},
        {225, 0xf8cd37},
        {237, 0xf3e55d},
        {244, 0xf1f179},
        {251, 0xf6fa96},
        {255, 0xfcffa4}}},
      {"plasma",
       {{0, 0x0d0887},
        {8, 0x220690},
        {31, 0x4b03a1},
        {52, 0x6c00a8},
        {66, 0x8104a7},
        {82, 0x9814a0},
        {112, 0xbc3587},
        {149, 0xde5f65},
        {186, 0xf68d45},
        {210, 0xfdaf31},
        {227, 0xfdca26},
        {238, 0xf9dc24},
        {251, 0xf2f227},
        {255, 0xf0f921}}},
      {"cividis",
       {{0, 0x00224e},
        {20, 0x003070},
        {23, 0x013271},
        {29, 0x143670},
        {41, 0x293f6e},
        {65, 0x444f6c},
        {102, 0x666970},
        {130, 0x7e7d78},
        {163, 0x9e9676},
        {199, 0xc3b369},
        {226, 0xe0cb56},
        {244, 0xf5dc41},
        {251, 0xfde334},
        {255, 0xfee838}}},
      {"turbo",
       {{0, 0x30123b},   {8, 0x392a73},   {16, 0x4040a2},  {24, 0x4456c7},  {32, 0x466be3},  {40, 0x4680f6},
        {46, 0x448ffe},  {52, 0x3d9efe},  {61, 0x2eb4f2},  {72, 0x1ccdd8},  {79, 0x18dbc5},  {85, 0x1ae4b6},
        {92, 0x27eea4},  {100, 0x3ff68a}, {116, 0x7dff56}, {125, 0x9cfe40}, {133, 0xb1f936}, {145, 0xd0ea34},
        {159, 0xecd13a}, {169, 0xf9bc39}, {180, 0xfea130}, {192, 0xfb7e21}, {208, 0xeb500e}, {222, 0xd43305},
        {235, 0xb71d02}, {248, 0x920b01}, {255, 0x7a0403}}},
      {"twilight",
       {{0, 0xe2d9e2},
        {16, 0xd6d7dd},
        {33, 0xc1cdd3},
        {64, 0x93b4c6},
        {90, 0x769cc1},
        {114, 0x6684bd},
        {143, 0x5f64b5},
        {169, 0x5e45a6},
        {189, 0x5a2d92},
        {208, 0x511a75},
        {231, 0x3e1150},
        {244, 0x351140},
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
