#include "embedding_check.h"

#include <torch/csrc/jit/passes/inliner.h>

#include <algorithm>
#include <set>

#include "spectradiff/base/error.h"

namespace spectradiff {
namespace {

using torch::jit::Node;
using torch::jit::Value;

// Operations whose result holds numbers of their first input and no others.
bool is_view(c10::Symbol kind) {
  static const std::set<c10::Symbol> views = {
      at::aten::slice,     at::aten::select,  at::aten::unsqueeze, at::aten::squeeze,    at::aten::expand,
      at::aten::expand_as, at::aten::view,    at::aten::reshape,   at::aten::flatten,    at::aten::to,
      at::aten::type_as,   at::aten::detach,  at::aten::clone,     at::aten::contiguous, at::aten::repeat,
      at::aten::alias,     at::aten::permute, at::aten::transpose, at::aten::t};
  return views.contains(kind);
}

class EmbeddingCheck {
 public:
  EmbeddingCheck(const torch::jit::Module& module, const std::string& title)
      : module_(module), title_(title), graph_(module.get_method("forward").graph()->copy()) {
    torch::jit::Inline(*graph_);
  }

  std::optional<int64_t> check() const {
    std::optional<int64_t> fewest;
    for (const Node* node : graph_->nodes()) {
      if (node->kind() != at::aten::embedding) continue;
      const auto table = known(node->input(0));
      if (!table || !table->isTensor() || table->toTensor().dim() != 2) continue;
      const int64_t rows = table->toTensor().size(0);
      const Value* const source = source_of(node->input(1));
      if (source->node()->kind() == c10::prim::Param) {
        fewest = std::min(fewest.value_or(rows), rows);
      } else if (const auto numbers = known(source); numbers && numbers->isTensor()) {
        check_numbers(numbers->toTensor(), rows);
      }
    }
    return fewest;
  }

 private:
  static const Value* source_of(const Value* value) {
    while (is_view(value->node()->kind())) value = value->node()->input(0);
    return value;
  }

  // What is the same in every run: a constant, or an attribute of the module.
  std::optional<c10::IValue> known(const Value* value) const {
    if (value == graph_->inputs().front()) return module_._ivalue();
    const Node* const node = value->node();
    if (node->kind() != c10::prim::GetAttr) return torch::jit::toIValue(value);
    const auto owner = known(node->input());
    if (!owner || !owner->isObject()) return std::nullopt;
    return owner->toObjectRef().getAttr(node->s(c10::attr::name));
  }

  void check_numbers(const at::Tensor& numbers, int64_t rows) const {
    if (!at::isIntegralType(numbers.scalar_type(), false) || numbers.numel() == 0) return;
    for (const at::Tensor& extreme : {numbers.min(), numbers.max()}) {
      const auto row = extreme.item<int64_t>();
      if (row < 0 || row >= rows) {
        throw_error(ErrorKind::model,
                    "{} looks up row {} of a table that has rows 0 to {}; export or copy the model again",
                    title_, row, rows - 1);
      }
    }
  }

  const torch::jit::Module& module_;
  const std::string& title_;
  std::shared_ptr<torch::jit::Graph> graph_;
};

}  // namespace

std::optional<int64_t> check_embeddings(const torch::jit::Module& module, const std::string& title) {
  return EmbeddingCheck(module, title).check();
}

}  // namespace spectradiff
