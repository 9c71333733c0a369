#include "cpu_program.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/passes/freeze_module.h>
#include <torch/csrc/jit/runtime/operator.h>

#include <string>
#include <utility>

#include "cpu_attention.h"
#include "cpu_facts.h"

namespace spectradiff {
namespace {

using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;

constexpr const char* kForward = "forward";
constexpr const char* kConvolution = "mkldnn::_convolution_pointwise";
constexpr const char* kLinear = "mkldnn::_linear_pointwise";
constexpr const char* kAttention = "spectradiff::attention";

// The packing of a convolution depends on the picture's size only where that is tiny.
constexpr int64_t kTypicalSide = 64;

at::Tensor call(const char* name, std::vector<c10::IValue> inputs) {
  c10::Dispatcher::singleton().findSchemaOrThrow(name, "").callBoxed(&inputs);
  return inputs.front().toTensor();
}

void register_attention() {
  static const torch::jit::RegisterOperators registered({torch::jit::Operator(
      std::string(kAttention) + "(Tensor query, Tensor key, Tensor value, float? scale) -> Tensor",
      [](torch::jit::Stack& stack) {
        const auto scale = torch::jit::pop(stack).toOptional<double>();
        const at::Tensor value = torch::jit::pop(stack).toTensor();
        const at::Tensor key = torch::jit::pop(stack).toTensor();
        const at::Tensor query = torch::jit::pop(stack).toTensor();
        torch::jit::push(stack, cpu_attention(query, key, value, scale));
      },
      c10::AliasAnalysisKind::CONSERVATIVE)});
}

class Rewriter {
 public:
  Rewriter(Graph& graph, std::vector<c10::IValue>& packed) : graph_(graph), packed_(packed) {}

  void rewrite() {
    for (Node* node : nodes()) {
      if (node->kind() == at::aten::_convolution) pack_convolution(node);
      if (node->kind() == at::aten::linear) pack_linear(node);
      if (node->kind() == at::aten::scaled_dot_product_attention) replace_attention(node);
    }
    torch::jit::EliminateDeadCode(graph_.block());
  }

 private:
  std::vector<Node*> nodes() { return {graph_.nodes().begin(), graph_.nodes().end()}; }

  static std::optional<c10::IValue> constant(const Value* value) { return torch::jit::toIValue(value); }

  // A list of numbers that never change.
  static std::optional<std::vector<int64_t>> numbers(const Value* value) {
    if (const auto found = constant(value)) return found->toIntVector();
    if (value->node()->kind() != c10::prim::ListConstruct) return std::nullopt;
    std::vector<int64_t> list;
    for (const Value* element : value->node()->inputs()) {
      const auto found = constant(element);
      if (!found) return std::nullopt;
      list.push_back(found->toInt());
    }
    return list;
  }

  static bool is(const Value* value, const c10::IValue& wanted) {
    const auto found = constant(value);
    return found && *found == wanted;
  }

  // The weights of a layer, where they are a constant.
  static at::Tensor weights_of(const Node* node) {
    const auto found = constant(node->input(1));
    return found && found->isTensor() ? found->toTensor() : at::Tensor();
  }

  // Puts the operator `name` in the place of `node`, with `packed` for its weights and `more` after them.
  void put(Node* node, const char* name, at::Tensor packed, const std::vector<Value*>& more) {
    packed_.emplace_back(std::move(packed));
    std::vector<Value*> inputs = {node->input(0), graph_.addInput(), node->input(2)};
    inputs.insert(inputs.end(), more.begin(), more.end());
    // No operation is fused behind the layer.
    Node* no_numbers = graph_.createList(c10::OptionalType::create(c10::NumberType::get()), {});
    inputs.push_back(graph_.insertConstant("none"));
    inputs.push_back(graph_.insertNode(no_numbers)->output());
    inputs.push_back(graph_.insertConstant(""));
    replace(node, name, inputs);
  }

  void replace(Node* node, const char* name, const std::vector<Value*>& inputs) {
    Node* made = graph_.create(c10::Symbol::fromQualString(name), inputs);
    made->insertBefore(node)->output()->setType(node->output()->type());
    node->output()->replaceAllUsesWith(made->output());
    Node* weights = node->input(1)->node();
    node->destroy();
    // At once, so that loading never holds all weights twice.
    if (weights->kind() == c10::prim::Constant && !weights->hasUses()) weights->destroy();
  }

  void pack_convolution(Node* node) {
    const at::Tensor weights = weights_of(node);
    if (!weights.defined() || weights.dim() != 4 || !is(node->input(6), false) || !is(node->input(8), 1))
      return;
    const torch::jit::WithInsertPoint here(node);
    const auto stride = numbers(node->input(3)), padding = numbers(node->input(4)),
               dilation = numbers(node->input(5));
    if (!stride || !padding || !dilation) return;
    const std::vector<int64_t> typical = {1, weights.size(1), kTypicalSide, kTypicalSide};
    put(node, kConvolution,
        call("mkldnn::_reorder_convolution_weight", {weights, *padding, *stride, *dilation, 1, typical}),
        {node->input(4), node->input(3), node->input(5), node->input(8)});
  }

  void pack_linear(Node* node) {
    const at::Tensor weights = weights_of(node);
    if (!weights.defined() || weights.dim() != 2) return;
    const torch::jit::WithInsertPoint here(node);
    put(node, kLinear, call("mkldnn::_reorder_linear_weight", {weights, c10::IValue()}), {});
  }

  void replace_attention(Node* node) {
    if (!is(node->input(3), {}) || !is(node->input(4), 0.0) || !is(node->input(5), false)) return;
    replace(node, kAttention, {node->input(0), node->input(1), node->input(2), node->input(6)});
  }

  Graph& graph_;
  std::vector<c10::IValue>& packed_;
};

void clear(Graph& graph) {
  Value* nothing = nullptr;
  {
    const torch::jit::WithInsertPoint begin(*graph.nodes().begin());
    nothing = graph.insertConstant(c10::IValue());
  }
  while (!graph.outputs().empty()) graph.eraseOutput(0);
  graph.registerOutput(nothing);
  torch::jit::EliminateDeadCode(graph.block());
}

// One graph with the weights as constants, the only place that holds them. The module object, its first
// input, is of no use then.
std::shared_ptr<Graph> frozen_graph(torch::jit::Module module, const std::string& method) {
  const bool is_other = method != kForward;
  torch::jit::freeze_module_inplace(&module, is_other ? std::vector{method} : std::vector<std::string>());
  std::shared_ptr<Graph> graph = module.get_method(method).graph();
  // The freezer keeps forward too, and with it every weight.
  if (is_other) clear(*module.get_method(kForward).graph());
  TORCH_CHECK(!graph->inputs().front()->hasUses(), "the network changes its own weights; export it again");
  graph->eraseInput(0);
  return graph;
}

}  // namespace

bool CpuProgram::suits(at::Device device, at::ScalarType dtype) {
#if defined(__x86_64__)
  if (!device.is_cpu() || !at::globalContext().userEnabledMkldnn()) return false;
  return dtype == at::kFloat || (dtype == at::kBFloat16 && !this_cpu().bfloat16_unit.empty());
#else
  return false;
#endif
}

CpuProgram::CpuProgram(torch::jit::Module module, const std::string& method)
    : functions_(module._ivalue()->compilation_unit()), graph_(frozen_graph(std::move(module), method)) {
  register_attention();
  Rewriter(*graph_, packed_).rewrite();
  code_ = torch::jit::Code(graph_, "forward");
}

c10::IValue CpuProgram::run(std::vector<c10::IValue> inputs) const {
  inputs.insert(inputs.end(), packed_.begin(), packed_.end());
  torch::jit::InterpreterState(code_).run(inputs);
  return std::move(inputs.front());
}

}  // namespace spectradiff
