//! Tokens to a tree, by libyaml's grammar, with a stack of its own in place of recursion. Only the first document of a
//! stream is read; what comes after it is not even parsed, as in kubectl.

use super::document::Limits;
use super::scalar::ScalarStyle;
use super::scanner::{Kind, Scanner, Token, error_at, source};
use super::text::Piece;
use super::tree::{Builder, Properties, Shape, Tree};
use crate::error::Result;
use std::collections::HashMap;

/// What the parser does when the node it is at is complete.
#[derive(Clone, Copy, Debug)]
enum State {
    DocumentEnd,
    BlockSequence,
    IndentlessSequence,
    BlockMappingKey,
    BlockMappingValue,
    FlowSequence {
        first: bool,
    },
    /// The one-pair map `[a: b]`.
    PairValue,
    PairEnd,
    FlowMappingKey {
        first: bool,
    },
    FlowMappingValue,
    FlowMappingEmptyValue,
}

#[derive(Clone, Copy, PartialEq)]
enum In {
    Block,
    /// After a key: a list may stand at the indentation of its key.
    BlockAfterKey,
    Flow,
}

struct Parser<'t> {
    scanner: Scanner<'t>,
    builder: Builder,
    states: Vec<State>,
    tag_directives: HashMap<String, String>,
}

/// What was read: the tree (empty for an empty stream) and the decoded text.
pub(super) struct Parsed {
    pub(super) tree: Tree,
    pub(super) decoded: String,
}

/// Parses `text`. The flag says, also beside an error, whether the scanner came to the end of it.
pub(super) fn parse(text: &str, limits: &Limits) -> (Result<Parsed>, bool) {
    let mut parser = Parser {
        scanner: Scanner::new(text, limits.depth, limits.keys_of_json),
        builder: Builder::new(text.len(), limits.nodes),
        states: Vec::new(),
        tag_directives: HashMap::new(),
    };
    let result = parser.document();
    let at_end = parser.scanner.at_end();
    let Parser { scanner, builder, .. } = parser;
    (result.map(|()| Parsed { tree: builder.tree, decoded: scanner.into_decoded() }), at_end)
}

impl Parser<'_> {
    fn document(&mut self) -> Result<()> {
        let token = self.scanner.peek()?;
        match token.kind {
            Kind::StreamEnd => return Ok(()),
            Kind::VersionDirective { .. } | Kind::TagDirective { .. } | Kind::DocumentStart => {
                self.directives()?;
                let token = self.scanner.peek()?;
                if token.kind != Kind::DocumentStart {
                    return Err(error_at(token.start as usize, "'---' must follow the directives"));
                }
                self.scanner.skip_token();
                let token = self.scanner.peek()?;
                self.states.push(State::DocumentEnd);
                match token.kind {
                    Kind::VersionDirective { .. }
                    | Kind::TagDirective { .. }
                    | Kind::DocumentStart
                    | Kind::DocumentEnd
                    | Kind::StreamEnd => self.empty(token.start)?,
                    _ => self.node(In::Block)?,
                }
            }
            _ => {
                self.states.push(State::DocumentEnd);
                self.node(In::Block)?;
            }
        }
        while let Some(state) = self.states.pop() {
            self.step(state)?;
        }
        Ok(())
    }

    fn directives(&mut self) -> Result<()> {
        let mut version = false;
        loop {
            let token = self.scanner.peek()?;
            let at = token.start as usize;
            match token.kind {
                Kind::VersionDirective { .. } if version => {
                    return Err(error_at(at, "a second %YAML directive"));
                }
                Kind::VersionDirective { major: 1, minor: 1 } => version = true,
                Kind::VersionDirective { .. } => {
                    return Err(error_at(at, "a YAML version other than 1.1, which kubectl refuses")
                        .with_help("remove the %YAML line"));
                }
                Kind::TagDirective { handle, prefix } => {
                    let handle = self.text(handle).to_owned();
                    if self.tag_directives.contains_key(&handle) {
                        return Err(error_at(at, "a second %TAG directive for the same handle"));
                    }
                    let prefix = self.text(prefix).to_owned();
                    self.tag_directives.insert(handle, prefix);
                }
                _ => return Ok(()),
            }
            self.scanner.skip_token();
        }
    }

    fn text(&self, piece: Piece) -> &str {
        let (start, end) = (piece.start as usize, piece.end as usize);
        if piece.decoded {
            self.scanner.decoded.get(start..end).unwrap_or_default()
        } else {
            self.scanner.slice(start, end)
        }
    }

    fn empty(&mut self, at: u32) -> Result<()> {
        self.builder.scalar(source(at as usize, at as usize), ScalarStyle::Plain, at, at, Properties::default())
    }

    fn node(&mut self, place: In) -> Result<()> {
        let token = self.scanner.peek()?;
        if let Kind::Alias(name) = token.kind {
            self.scanner.skip_token();
            let name = self.text(name).to_owned();
            return self.builder.alias(&name, token.start, token.end);
        }
        let properties = self.properties()?;
        let token = self.scanner.peek()?;
        let block = place != In::Flow;
        let (shape, state) = match token.kind {
            Kind::BlockEntry if place == In::BlockAfterKey => {
                // The list's own start token does not exist: its first entry stays to be read.
                self.builder.open(Shape::Sequence { flow: false }, token.start, properties)?;
                self.states.push(State::IndentlessSequence);
                return Ok(());
            }
            Kind::Scalar { text, style } => {
                self.scanner.skip_token();
                return self.builder.scalar(text, style, token.start, token.end, properties);
            }
            Kind::FlowSequenceStart => (Shape::Sequence { flow: true }, State::FlowSequence { first: true }),
            Kind::FlowMappingStart => (Shape::Mapping { flow: true }, State::FlowMappingKey { first: true }),
            Kind::BlockSequenceStart if block => (Shape::Sequence { flow: false }, State::BlockSequence),
            Kind::BlockMappingStart if block => (Shape::Mapping { flow: false }, State::BlockMappingKey),
            _ if properties.start.is_some() => {
                let end = properties.end;
                return self.builder.scalar(
                    source(end as usize, end as usize),
                    ScalarStyle::Plain,
                    end,
                    end,
                    properties,
                );
            }
            _ => return Err(no_value(token)),
        };
        self.scanner.skip_token();
        self.builder.open(shape, token.start, properties)?;
        self.states.push(state);
        Ok(())
    }

    fn properties(&mut self) -> Result<Properties> {
        let mut properties = Properties::default();
        let mut tag_at = 0;
        let mut tag: Option<(Piece, Piece)> = None;
        loop {
            let token = self.scanner.peek()?;
            match token.kind {
                Kind::Anchor(name) if properties.anchor.is_none() => {
                    properties.anchor = Some((name, self.text(name).into()));
                }
                Kind::Tag { handle, suffix } if tag.is_none() => {
                    tag = Some((handle, suffix));
                    tag_at = token.start as usize;
                }
                _ => break,
            }
            properties.start.get_or_insert(token.start);
            properties.end = token.end;
            self.scanner.skip_token();
        }
        if let Some((handle, suffix)) = tag {
            properties.tag = Some(self.resolve_tag(handle, suffix, tag_at)?);
        }
        Ok(properties)
    }

    /// The tag in short form: `str` for `!!str` and `!<tag:yaml.org,2002:str>`.
    fn resolve_tag(&self, handle: Piece, suffix: Piece, at: usize) -> Result<Box<str>> {
        let (handle, suffix) = (self.text(handle), self.text(suffix));
        let prefix = match handle {
            "" => "",
            _ => match self.tag_directives.get(handle) {
                Some(prefix) => prefix,
                None if handle == "!" => "!",
                None if handle == "!!" => "tag:yaml.org,2002:",
                None => return Err(error_at(at, "a tag whose handle was not defined")),
            },
        };
        let tag = format!("{prefix}{suffix}");
        Ok(tag.strip_prefix("tag:yaml.org,2002:").map_or(tag.as_str(), |short| short).into())
    }

    fn step(&mut self, state: State) -> Result<()> {
        let token = self.scanner.peek()?;
        match state {
            // The next token had to be one, and that is all that is asked of what follows the document.
            State::DocumentEnd => Ok(()),
            State::BlockSequence => match token.kind {
                Kind::BlockEntry => self.item(token, State::BlockSequence, In::Block, |kind| {
                    matches!(kind, Kind::BlockEntry | Kind::BlockEnd)
                }),
                Kind::BlockEnd => {
                    self.scanner.skip_token();
                    self.builder.close(None);
                    Ok(())
                }
                _ => Err(unexpected(token, "a '-' or the end of the list was expected here")),
            },
            State::IndentlessSequence => match token.kind {
                Kind::BlockEntry => self.item(token, State::IndentlessSequence, In::Block, |kind| {
                    matches!(kind, Kind::BlockEntry | Kind::Key | Kind::Value | Kind::BlockEnd)
                }),
                _ => {
                    self.builder.close(None);
                    Ok(())
                }
            },
            State::BlockMappingKey => match token.kind {
                Kind::Key => self.item(token, State::BlockMappingValue, In::BlockAfterKey, |kind| {
                    matches!(kind, Kind::Key | Kind::Value | Kind::BlockEnd)
                }),
                Kind::BlockEnd => {
                    self.scanner.skip_token();
                    self.builder.close(None);
                    Ok(())
                }
                _ => Err(unexpected(token, "a key or the end of the map was expected here")),
            },
            State::BlockMappingValue => match token.kind {
                Kind::Value => self.item(token, State::BlockMappingKey, In::BlockAfterKey, |kind| {
                    matches!(kind, Kind::Key | Kind::Value | Kind::BlockEnd)
                }),
                _ => {
                    self.states.push(State::BlockMappingKey);
                    self.empty(token.start)
                }
            },
            State::FlowSequence { first } => self.flow_sequence(token, first),
            State::PairValue => {
                self.states.push(State::PairEnd);
                self.flow_value(token, Kind::FlowSequenceEnd)
            }
            State::PairEnd => {
                self.builder.close(Some(token.start));
                Ok(())
            }
            State::FlowMappingKey { first } => self.flow_mapping_key(token, first),
            State::FlowMappingValue => {
                self.states.push(State::FlowMappingKey { first: false });
                self.flow_value(token, Kind::FlowMappingEnd)
            }
            State::FlowMappingEmptyValue => {
                self.states.push(State::FlowMappingKey { first: false });
                self.empty(token.start)
            }
        }
    }

    /// Behind `-`, `?` or `:` in a block: a value, or an empty one where the next token says so.
    fn item(&mut self, indicator: Token, then: State, place: In, is_empty: fn(Kind) -> bool) -> Result<()> {
        self.scanner.skip_token();
        let token = self.scanner.peek()?;
        self.states.push(then);
        if is_empty(token.kind) { self.empty(indicator.end) } else { self.node(place) }
    }

    /// `: value` in a flow collection, or nothing.
    fn flow_value(&mut self, token: Token, end: Kind) -> Result<()> {
        let mut token = token;
        if token.kind == Kind::Value {
            self.scanner.skip_token();
            token = self.scanner.peek()?;
            if token.kind != Kind::FlowEntry && token.kind != end {
                return self.node(In::Flow);
            }
        }
        self.empty(token.start)
    }

    fn flow_sequence(&mut self, token: Token, first: bool) -> Result<()> {
        let token = self.flow_separator(token, first, Kind::FlowSequenceEnd)?;
        match token.kind {
            Kind::FlowSequenceEnd => {
                self.scanner.skip_token();
                self.builder.close(Some(token.end));
                Ok(())
            }
            Kind::Key => {
                self.scanner.skip_token();
                self.states.push(State::FlowSequence { first: false });
                self.builder.open(Shape::Mapping { flow: true }, token.start, Properties::default())?;
                self.states.push(State::PairValue);
                let token = self.scanner.peek()?;
                match token.kind {
                    Kind::Value | Kind::FlowEntry | Kind::FlowSequenceEnd => {
                        // libyaml takes the token with the missing key.
                        self.scanner.skip_token();
                        self.empty(token.end)
                    }
                    _ => self.node(In::Flow),
                }
            }
            _ => {
                self.states.push(State::FlowSequence { first: false });
                self.node(In::Flow)
            }
        }
    }

    fn flow_mapping_key(&mut self, token: Token, first: bool) -> Result<()> {
        let token = self.flow_separator(token, first, Kind::FlowMappingEnd)?;
        match token.kind {
            Kind::FlowMappingEnd => {
                self.scanner.skip_token();
                self.builder.close(Some(token.end));
                Ok(())
            }
            Kind::Key => {
                self.scanner.skip_token();
                self.states.push(State::FlowMappingValue);
                let token = self.scanner.peek()?;
                match token.kind {
                    Kind::Value | Kind::FlowEntry | Kind::FlowMappingEnd => self.empty(token.start),
                    _ => self.node(In::Flow),
                }
            }
            _ => {
                self.states.push(State::FlowMappingEmptyValue);
                self.node(In::Flow)
            }
        }
    }

    /// Over the `,` between entries of a flow collection.
    fn flow_separator(&mut self, token: Token, first: bool, end: Kind) -> Result<Token> {
        if first || token.kind == end {
            return Ok(token);
        }
        if token.kind != Kind::FlowEntry {
            let message = match end {
                Kind::FlowSequenceEnd => "a ',' or ']' was expected here",
                _ => "a ',' or '}' was expected here",
            };
            return Err(unexpected(token, message));
        }
        self.scanner.skip_token();
        self.scanner.peek()
    }
}

#[cold]
fn unexpected(token: Token, message: &'static str) -> crate::error::Error {
    error_at(token.start as usize, message).with_help("check indentation, quotes and brackets before this place")
}

#[cold]
fn no_value(token: Token) -> crate::error::Error {
    let message = match token.kind {
        Kind::StreamEnd => "the text ends where a value is expected",
        Kind::FlowSequenceEnd | Kind::FlowMappingEnd => "a closing bracket where a value is expected",
        Kind::FlowEntry => "a ',' where a value is expected",
        _ => "something else where a value is expected",
    };
    error_at(token.start as usize, message)
}
