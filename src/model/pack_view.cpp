// SPDX-License-Identifier: Apache-2.0
#include "model/pack_view.hpp"

#include "base/strings.hpp"

namespace virga::model {
namespace {

tl::unexpected<Error> unusable(const std::string& name, std::string_view why) {
  return fail(
      ErrorCode::models,
      concat("The model pack ", name, " ", why, ". Run \"virga models build\" to make a new one."));
}

}  // namespace

Status PackView::check(std::string_view bytes, const std::string& name) {
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  if (bytes.size() < 16 || !pack::PackBufferHasIdentifier(data)) {
    return unusable(name, bytes.empty() ? "is empty" : "is not a model pack of virga");
  }
  flatbuffers::Verifier verifier(data, bytes.size());
  if (!pack::VerifyPackBuffer(verifier)) {
    return unusable(name, "is damaged or cut short");
  }
  root_ = pack::GetPack(data);
  if (root_->format() != k_pack_format) {
    return unusable(
        name, concat("has format ", root_->format(), ", this virga reads format ", k_pack_format));
  }
  const bool complete = root_->services() != nullptr && root_->operations() != nullptr &&
                        root_->shapes() != nullptr && root_->members() != nullptr &&
                        root_->nodes() != nullptr && root_->text() != nullptr;
  if (!complete) {
    return unusable(name, "lacks a part");
  }
  // Records are read in place: damage must not have moved them off their alignment.
  const auto is_aligned = [](const auto* records, std::size_t alignment) {
    return reinterpret_cast<std::uintptr_t>(records->Data()) % alignment == 0;
  };
  if (!is_aligned(root_->nodes(), alignof(pack::Node)) ||
      !is_aligned(root_->shapes(), alignof(pack::Shape)) ||
      !is_aligned(root_->members(), alignof(pack::Member)) ||
      !is_aligned(root_->operations(), alignof(pack::Operation)) ||
      !is_aligned(root_->services(), alignof(pack::Service))) {
    return unusable(name, "is damaged");
  }
  nodes_ = root_->nodes();
  text_ = {reinterpret_cast<const char*>(root_->text()->data()), root_->text()->size()};
  return {};
}

Result<std::unique_ptr<PackView>> PackView::from_file(const std::string& path) {
  auto file = MappedFile::open(path);
  if (!file && file_exists(path)) {
    return fail(ErrorCode::models, file.error().message);
  }
  if (!file) {
    return fail(
        ErrorCode::models,
        concat("There is no model pack at ",
               path,
               ". Run \"virga models build\" to make one from an installed botocore or AWS CLI."));
  }
  std::unique_ptr<PackView> view(new PackView());
  view->file_ = std::move(*file);
  VIRGA_TRY(view->check(view->file_->bytes(), path));
  return view;
}

Result<std::unique_ptr<PackView>> PackView::from_bytes(std::string bytes) {
  std::unique_ptr<PackView> view(new PackView());
  view->owned_ = std::move(bytes);
  VIRGA_TRY(view->check(view->owned_, "in memory"));
  return view;
}

std::string_view PackView::text(std::uint32_t offset) const {
  std::uint32_t length = 0;
  if (offset > text_.size() || text_.size() - offset < sizeof length) {
    return {};
  }
  std::memcpy(&length, text_.data() + offset, sizeof length);
  const std::string_view rest = text_.substr(offset + sizeof length);
  return length > rest.size() ? std::string_view() : rest.substr(0, length);
}

}  // namespace virga::model
